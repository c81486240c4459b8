/** Arabic in Latin letters and digits, as it is typed on phones. english.lexicon.ts says how the lines are read. */
export const ARABIZI_LEXICON = `
!not mesh msh mish mush mo mu ma mafi mafeesh mafish mfesh la laa wala bidoun mat
!boost awi awy 2awy kteer ktir kter gedan giddan jiddan jdn bgad begad wallah walla 5ales khales 5alas mara marra wayed
!but bas bass laken lakin
!ask bekam bkam kam wein wen feen fen meta emta momken mumken 3ayez 3ayz 3awez me7tag baddi bade bidi abi abgha shu shou esh aish eh
  leh leih lesh 3andko 3andkom law sama7t feek tawseel el_se3r details
+3.5
  gamdeen gamdin ro3aaa a7la_shi fakhm fa5m
  raw3a rawa3a raw3aa ro3a ra2e3 ra2i3 momtaz momtaza mumtaz ta7fa tohfa to7fa yjanen yjannen bijannen bejanen
  a7san ahsan a7la ahla
  gamed jamed rahib
+3
  bjad_a7la kteer_7elo
  7elo 7elw 7elwa helwa helw helo 7ilo 7elou gamil gameel jameel jamil gamila jameela zwin zwina ba7eb ba7ebko
  b7ebkon b7ebb ba7ebb 7abet 7abeit 7abayt habet
  3agabni 3agbny 3ajabni 3ajebni mabsoot mabsoota mabsout mabsouta mabsut far7an far7ana sa3id sa3ida bravo brafo
  zay_el_foll mesh_wehesh msh_batal zein
+2.5
  naif ndif nadif sorry3 ra2i2 ra2e2 mabrook mabrouk ro2 tamem
  shokran shukran shkran choukran shokran_gedan shukran_jazilan mashkoor mashkour mashkurin yslamo yeslamo yislamo
  tslam teslam teslamo teslam_eidak ya3tik
  ya3tikom ya3teek ya3tikon 3afye 3afia el_3afye mashallah masha2allah ma_sha2_allah 7amdella hamdella hamdulillah
  alhamdulillah tamam_awi kollo_tamam kullo_tamam
  mo7taram mohtaram latif lateef sari3 saree3 gazak gazakom jazak jazakom barak kwayes kwayes_gedan mneeh mni7
  mnih ktir_mneeh lazeez laziz nazif ma_2asart*
0
  law_sama7t salam salamo_3aleiko sabah_el_kheir tamam inshallah in_sha2_allah mashi
-1.5
  3am_yrod ma_wosil ma_wusil
  bared barda na2es na2sa t2a5ar et2a5ar et2a5art et2a5arto metakhar byefsel beyefsel byo2ta3
  mat2a5ar met2a5er mit2a5er ta2kheer bate2 batee2 makser maksoor maksour 8alat ghalat ghali 8ali mesh_sha8al
  msh_sha8al ma_wesel mawesel* mawasal* ma_wesl* ma_wosol
  ma_byesht8el beyhanneg mo4kela moshkela mashakel ma_byrod* beyrod_7ad 7ad_beyrod mafeesh_7ad ma_7ad ma_7ada
  ma_7abet ma_3ajabni msh_3agebny msh_3ageb* mesh_3ageb* mo_zein mo_7elo
  msh_kwayes mesh_kwayes mesh_mneeh zah2t zahe2t zeh2et ta3bt ta3ban za3lan
-2.5
  we7sh ta3abtoni ta3abtouni bkhazi
  te3mo_we7esh 3ayb 2aleel_el_adab 2alil_2adab mo2saf kezb za3altoni
  we7esh wehesh we7sha wehsha we7esh_awi saye2 say2 sayy2 sayye2 sayi2 sayyi2 bayez bayz bayza 5arban kharban
  5ayes 7aram 7aram_3aleko haram_3aleik 3eib 3eb
  floosi flousi fluusi ma_byesta2el ma_byestahel mabyestahelsh msh_hat3amel 2ihmal khazaltoni 5azaltoni
-3.5
  7arameya 7arameyya harameya
  zeft zift zbala zebala zbele aswa2 2aswa2 aswaa awsa5 khara 5ara nassab nasab nassabin nasabin 7arami 7aramia
  haramia 7aramiye kazzab kazab kazabin kaddab fashel fashla 2araf m2ref mo2ref
`;
