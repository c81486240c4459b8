/**
 * The commonest words of customers in further languages: enough to tell a clear complaint and clear thanks, no more.
 * english.lexicon.ts says how the lines are read.
 */
export const FRENCH_LEXICON = `
!not pas ne ni jamais aucun aucune rien personne sans
!boost très trop vraiment tellement super extrêmement totalement complètement si
!but mais cependant pourtant
!if si
!ask quel quelle quels quelles combien comment quand où est-ce pouvez voudrais puis-je bonjour
+3
  charmant charmante exceptionnel exceptionnelle splendide extraordinaire chaleureux chaleureuse professionnel
  professionnelle conseille propre_et
  impeccable parfait parfaite parfaits excellent excellente magnifique génial géniale adore adoré superbe
  incroyable merveilleux
  formidable top bravo délicieux ravi ravie recommande meilleur meilleure fantastique
+2.5
  réglé réglée tout_est_réglé rien_à_redire accueillant accueillante serviable confortable utile propre à_l'heure
  plaisir bon_accueil aucun_problème sans_problème fonctionne_bien fonctionne_parfaitement plaît beau_travail
  merci remercie content contente heureux heureuse satisfait satisfaite agréable agréablement sympa gentil
  gentille aimable bien_reçu
  bon_état parfait_état bonne_qualité qualité rapide efficace pas_mal j'aime résolu à_l'écoute réactivité
  félicitations
+1.5
  bon bonne bien beau belle joli jolie facile
0
  bonjour bonsoir bonne_journée bon_de_commande d'accord bien_sûr eh_bien combien merci_d'avance bon
-1.5
  bruyant bruyante bruit toujours_rien aucune_nouvelle aucune_réponse deux_fois en_retard abîmé abîmée trop_petit
  trop_grand long longue compliqué difficile bloqué annulé sans_prévenir ne_répond* manquait panne bug plante
  cher chère problème problèmes retard attendre attends erreur lent lente froid froide manque manquant
  pas_fonctionne pas_marche
  pas_reçu toujours_pas pas_encore_reçu déçoit pas_satisfait* pas_content* pas_bon* pas_bien pas_conforme sans_réponse
-2.5
  facturé_deux débité prélevé impoli impolie désagréable malpoli incompétent incompétents furieuse énervé énervée
  marre ras_le_bol mensonge menteurs moche dangereux minable médiocre catastrophiques escroquerie vol voleur
  plainte pire_service à_éviter fuyez jamais_plus
  cassé cassée déçu déçue déception mauvais mauvaise nul nulle remboursé remboursée remboursement inadmissible
  inacceptable honte
  honteux personne_répond personne_ne_répond arnaque voleurs escroc escrocs horrible affreux pire scandaleux
  lamentable plus_jamais dégoûtant sale furieux
  catastrophe catastrophique en_panne défectueux perdu inutile immédiatement ça_marche_pas
`;
export const SPANISH_LEXICON = `
!not no nunca jamás ni nada nadie sin tampoco
!boost muy tan súper super demasiado totalmente realmente bastante
!but pero sin_embargo aunque
!if si
!ask cuál cuándo cuánto cuánta dónde cómo qué puedo pueden quiero quisiera hola hacen
+3
  precioso preciosa encantada fenomenal magnífico magnífica impresionante de_lujo riquísimo rico rica volveré
  perfecto perfecta excelente excelentes encanta encantó encantado genial increíble maravilloso maravillosa
  fantástico fantástica
  delicioso deliciosa mejor recomiendo recomendable espectacular estupendo hermoso buenísimo feliz
+2.5
  agradable cómodo cómoda limpio limpia puntual profesional todo_bien todo_resuelto atento atenta me_alegro
  ayudaron ayuda_excelente sin_problemas funciona_bien funciona_perfecto perfectamente
  gracias agradezco contento contenta satisfecho satisfecha amable amables rápido rápida eficiente bien_hecho
  gusta gustó bonito bonita
  resuelto solucionado ningún_problema felicidades felicitaciones no_está_nada_mal nada_mal
+1.5
  bueno buena buen bien fácil lindo linda
0
  buenos_días buenas_tardes buenas_noches de_acuerdo está_bien bueno muy_buenas gracias_de_antemano
-1.5
  ruido ruidoso ruidosa dos_veces sin_avisar cancelado cancelaron llevo_días llevo_semanas llevo_meses cobraron
  defectos incompleto equivocado equivocada incómodo complicado dañado dañada demora demoran tardan bloqueado
  caro cara problema problemas tarde retraso error lento lenta frío fría falta no_funciona no_sirve no_llegado
  no_llegó no_ha_llegado
  no_recib* no_respond* no_contest* no_gust* todavía_no espera esperando no_recomiendo no_estoy_satisfech*
  no_es_bueno sin_respuesta
-2.5
  cobraron_dos grosería robo robaron ladrón estafador mentira mentirosos fatal desastroso queja reclamo enojado
  enojada harto harta molesto molesta antipático incompetentes mediocre fraude asquerosa mugre
  roto rota rotos malo mala mal pésimo pésima terrible horrible peor decepcionado decepcionada decepción estafa
  estafadores ladrones
  vergüenza asco asqueroso nadie_contesta nadie_responde devuelvan devolución_de_mi mi_dinero basura inútil sucio
  sucia defectuoso furioso
  nunca_más engaño grosero grosera maleducado inaceptable indignante desastre
`;
export const GERMAN_LEXICON = `
!not nicht kein keine keinen keiner nie niemals nichts niemand ohne weder
!boost sehr so zu super total wirklich extrem absolut völlig besonders
!but aber jedoch doch allerdings
!if wenn falls
!ask wann wie was wo welche welcher können könnten möchte kann haben gibt hallo liefern
+3
  hervorragende hervorragender ausgezeichnete traumhaft genialer einwandfrei topp top erstklassig sehr_gut beeindruckt
  perfekt ausgezeichnet hervorragend toll tolle toller tolles großartig klasse wunderbar wunderschön fantastisch
  liebe begeistert
  super spitze genial lecker bestens empfehlenswert empfehlen empfehle beste bester bestes prima
+2.5
  erledigt alles_erledigt sauber pünktlich bequem hilfsbereit kompetent professionell wieder_bestellen
  bestelle_wieder komme_wieder läuft_wieder funktioniert_wieder funktioniert_einwandfrei problemlos reibungslos
  leckeres leckere freundlicher freundliches netter nettes schmeckt
  danke dank vielen_dank dankeschön zufrieden glücklich freundlich freundliche nett nette hilfreich schnell
  schnelle gefällt gelöst
  gut_angekommen alles_gut gute_qualität gern_wieder gerne_wieder nicht_schlecht gar_nicht_schlecht freue freut lob
+1.5
  gut gute guter gutes schön schöne einfach
0
  guten_tag guten_morgen guten_abend in_ordnung mit_freundlichen_grüßen danke_im_voraus viele_grüße
-1.5
  laut lärm zweimal_abgebucht doppelt_abgebucht keine_reaktion seit_tagen seit_wochen tage_keine storniert
  beschädigt zerkratzt falsch falsche falscher falsches unvollständig kompliziert abgestürzt stürzt_ab gesperrt
  zu_klein zu_groß zu_teuer stinkt unpünktlich
  teuer problem probleme spät verspätung verspätet fehler langsam kalt fehlt fehlen warte nicht_funktioniert
  funktioniert_nicht geht_nicht
  nicht_angekommen immer_noch_nicht noch_nicht_da nicht_erhalten keine_antwort nicht_zufrieden nicht_gut
  nicht_geliefert gefällt_nicht
  immer_noch
-2.5
  unhöflich frech inkompetent unverschämte lüge lügner gelogen ärgerlich verärgert genervt skandal miserabel mies
  miese grauenhaft ungenießbar widerlich finger_weg nie_mehr unbrauchbar schrott
  schlecht schlechte schlechter schlechtes kaputt enttäuscht enttäuschend enttäuschung frechheit unverschämt
  unverschämtheit furchtbar
  schrecklich schlimm schlimmste betrug betrüger abzocke niemand_antwortet geld_zurück mein_geld nie_wieder müll
  mist unfreundlich
  defekt dreckig schmutzig wütend sauer katastrophe inakzeptabel unmöglich beschwerde peinlich ekelhaft nutzlos
`;
export const PORTUGUESE_LEXICON = `
!not não nunca jamais nem nada ninguém sem
!boost muito tão super demais totalmente realmente bastante
!but mas porém contudo
!if se
!ask qual quando quanto onde como posso podem quero gostaria olá vocês
+3
  encantado encantada impressionante sensacional top_demais nota_dez nota_10 caprichado impecável show
  vou_comprar_de_novo voltarei recomendadíssimo
  perfeito perfeita excelente excelentes ótimo ótima adorei adoro amei amo incrível maravilhoso maravilhosa
  fantástico delicioso
  deliciosa melhor recomendo parabéns espetacular lindo linda feliz top
+2.5
  tudo_certo deu_tudo_certo limpo limpa confortável pontual profissional educado educada atenciosos prestativo
  agradável funcionando funciona_bem funciona_perfeitamente sem_problemas ajudaram bem_atendido gostoso gostosa
  obrigado obrigada agradeço satisfeito satisfeita contente atencioso atenciosa rápido rápida eficiente gostei
  gosto resolvido boa_qualidade
  nada_mal simpático bem_feito
+1.5
  bom boa bem fácil bonito bonita
0
  bom_dia boa_tarde boa_noite tudo_bem tudo_bom obrigado_desde_já está_bem
-1.5
  barulho barulhento barulhenta duas_vezes cobrado cobraram cancelado cancelaram sem_avisar há_dias há_semanas
  demora demorou demorado incompleto errado errada danificado danificada complicado travando trava bloqueado
  bloqueada veio_faltando
  caro cara problema problemas atraso atrasado erro lento lenta frio fria falta não_funciona não_chegou ainda_não
  não_recebi não_respond*
  não_gostei não_recomendo não_estou_satisfeit* esperando sem_resposta não_presta
-2.5
  cobrado_duas grosseria roubo roubaram ladrão mentira mentirosos reclamação chateado chateada irritado irritada
  insatisfeito insatisfeita descaso enganação propaganda_enganosa lamentável medíocre horroroso nojenta
  quebrado quebrada ruim péssimo péssima terrível horrível pior decepcionado decepcionada decepção golpe fraude
  ladrões vergonha nojo
  nojento ninguém_responde dinheiro_de_volta meu_dinheiro lixo inútil sujo suja defeituoso furioso nunca_mais
  enganado grosseiro
  inaceitável absurdo desrespeito reembolso
`;
