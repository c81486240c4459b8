/**
 * English words and how they are felt, from the lexicon of VADER (C.J. Hutto and E.E. Gilbert, 2014), rounded to halves. Taken
 * out are words below 1.2 and those that mean nothing of the kind in messages to a business (`free`, `please`, `cancel`);
 * english.lexicon.ts has those that customers use, and goes before this list.
 *
 * VADER is published under the MIT licence:
 *
 * Copyright (c) 2016 C.J. Hutto
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
 * files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
 * modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
 * Software is furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
 * Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
 * WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
 * COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
 * ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */
export const VADER_WORDS = `
+3.5
  ecstacy euphoria magnificently sweetheart
+3
  alol ambw muah rotflmao rotflol rotgl sete xlnt adoration amazing amor awesome beautiful beauty
  beneficence blessed blessedest blissful blockbuster brightest brilliance brilliances brilliant
  brilliantly champion charming cheerfullest congratulation congratulations cutest darling delectable
  delectably delight delightful divinely ecstasy ecstatically ecstatics elated enrapture euphoric
  excellence excellently exhilarated exhilarates exuberant exultant fabulousness freedom funnest glee
  gleeful glorious gloriously godsend gorgeous gorgeousness gracefullest greatest hallelujah happiest
  heavenlier heroical heroism honestest honored jolliest joyed joyful joyous joyously joyousness
  jubilant lifesaver lovable lover loverly lovingly luckiest magnificent marvelous masterpiece miracle
  paradise peacefullest perfectest perfectly perfectness pleasuring positivest prizewinning pukka
  rejoicing smartest soulmate splendid splendor successful superb sweethearts tenderheartednesses
  winner wonderfully wonderfulness
+2.5
  aayf iluaaf lmfao lmso lolz lylab lylas mwah roflmao rotfl rotflmfao sfete sgtm swak tgif tyvm
  xoxozzz ywia admirability admirable admirably admiration admired admiringly adorableness adore
  adoring adoringly adventuring affection amaze amazement amoroso amorously appreciated appreciates
  appreciation appreciative appreciator awardable beauteous beauteously beauteousness beauties
  beautifications beautifulest beautifully beautifulness beautify beautifying beloved beneficent
  beneficially benevolent blesser blesses blessings bliss bonus bonuses brave bravely braver bravest
  brightening brilliancies brilliancy bwahahah celebrate celebrated celebrates celebrating champions
  charmingest cheer cheered cheerful cheerier cheerily cheeriness cheering cheerly cheery cherished
  cleverest cleverly cleverness comfortable complimenting confidence congrats courageous courageously
  courteous creditworthy cuteness cuter darlingness dauntless dearest delicious delighted delightedly
  delighters delightfully delightsome divine divinest divinity divinize earnest ecstasies ecstatic
  encourage encouraging energized enjoyed enjoying enjoyment enjoys enlighten enlightening
  enterprising entertainments entertains enthusiastically ethical excellences excellencies excellency
  excellent excelling excels excitedly fabulous fantastic fascinate fascinating festiveness flawless
  fondness friendliest funned funniest gallantry generosities generosity generous generousness
  glamorizer glamorizes glamorous glamour gloried glorified glorifier glorify glorifying gloriousness
  glory gorgeously gracefully gracious graciously graciousness grandest grandeur gratifying gratitude
  handsomeness handsomest happier happily happiness happy heartfelt heavenliest heavenliness
  heavenlinesses helpfully hero heroes heroic heroically heroics heroine honest honorable honorably
  honorees honoring honors honour hooray hopeful humorously humorousness hurrah hurrahing hurray
  hurrays ideal impressing impressive inspiration inspirational inspirationally inspire inspiringly
  intellectual jollied jollier jollily jolliness jolly jollying joyance joyfuller joyfully joyfulness
  joying kindnesses kisses kissing kudos laughingly liberties liberty lovers lovingness loyalty
  luckily magnific magnifical magnifically magnificence magnificences masterpieces merriest merrily
  merriment merry merrymakings mirth mirthful muah optimism optimist overjoyed passionate passionately
  passionateness peacefully peacemakers perfect perfected perfecting perfection perfections pleasant
  pleasantest pleasantness pleasantnesses pleasing pleasurable pleasurableness pleasurably pleasure
  pleasured positively positiveness positiver positives positivities positivity praise praises
  praiseworthiness praiseworthy praising precious prettiest prize prized prizewinner prizewinners
  profitableness proudest proudly reinvigorate relaxation remarkable rescue respectability revered
  reward rewarding rewardingly rich richer riches richest romance romanticising securest sexy smiled
  smilingly sophisticated splendent splendidness splendiferous success successes successfulness
  sunnier sunniest superior supreme supremely supremeness supremer survived sympathetic talented
  tenderheartedly thankful tops treasurable treasured triumphant triumphantly triumphing trustable
  trustworthily trustworthy valuably vibrant virtuous visionary warmheartedness wealthiness welldoer
  winning winningly winnings wins wisdom wonderful woohoo worshiped worshipped wowed wowing yummy
+2
  foaf hagd hagn hand hhoj hugz kmuf lmbao rotglmao slaw acceptance accomplish accomplished
  admirableness admire admirer adorability adorable adorably adorations adored adorers advantageously
  adventurousness affectional affectionate affectionately affectioned agog agreeability agreeable
  agreeableness agreement amazed amazedly amazements amazes ambitious amorous amorousness amused
  amusedly amusingness applaud applauding applause appreciating appreciatively approval approved
  ardent astounded astounding astoundingly astounds attracted attracting attraction attractions
  attractive attractively attractiveness attractivenesses awardee awarding beatific beautification
  beautified beautifies beautifuler beneficently beneficial beneficiaries beneficiary benefitting
  benevolences benignant bless blesseder blessers blessing braved braveries bravery braves
  breathtaking bright brighten brightened brilliantines brilliants cared carefulness cares caring
  champ championing championship championships champs charitableness charities charity charmed charmer
  charmers charmingly charms cheerers cheerfuller cheerfully cheerfulness cheeriest cherishable
  cherisher cherishers cherishes cherishing classy clever cleverer comedically comfortably comforted
  comforter comforts commend commended compassion compassionate compliment complimentary complimented
  confident confidently congratulate considerate contentedly courage courageousness creativeness
  creditability creditable creditworthiness cute cutenesses cutes cutesiest cutesy cutey cutiepie
  cuties daringly darlings dearer dearie dearly dearness dears deary dedicated deliciously
  deliciousness delightedness delighter delightfulness delights devotedness devoting devotion
  devotionally devotions dignified dignifies dignify dignifying dignitary divinities easier easiest
  easy effective effectively efficient elegance elegances elegancy elegant elegantly encouragement
  encouragements encourages encouragingly energetic energetically energise energised energises
  energising energize energizer energizes energizing engagement enjoy enjoyable enjoyableness
  enjoyably enjoyer enjoyers enjoyments enlightened entertaining entertainingly entertainment enthused
  enthusiasm enthusiasms enthusiastic enthusing esteemed excel excelled excitant excitation
  excitations excite excitement excitements exciter excites exciting excitingly exonerate exonerated
  faith faithful faithfully faithfulness faiths fame fantastical fantasticalities fascinated
  fascinates fascination faultless faultlessly fave favorable favorableness favored favoring favorite
  favorites favour favoured favours fearless festival festive festively festivities festivity fiesta
  fond fondly forgiving forgivingness fortunate freebie freebies freeing freely friend friending
  friendlier friendlies friendlily friendliness friendly friends friendship fulfill fulfilled funner
  funnily funniness funning funny gaining gallantly generously genial gentle gentlest gently giggle
  glad glamor glamorised glamorises glamorized glamorizing glamorously glamourous glamours glories
  glorification glorifies goodness gorgeousnesses grace graceful gracefuller gracefulness grand
  grandeurs grateful gratefuller gratefully gratefulness gratifications gratifyingly gratz greetings
  grin hahas handsome handsomely handsomer harmonic harmonically harmonious harmoniously
  harmoniousness harmonise harmonization heartwarming helpful helpfulness heroines heroisms heroize
  heroized heroizes heroizing honester honesties honestly honesty honor honorability honorableness
  honorarily honoree honorifically honourable honoured honourer honouring honours huggers hugging hugs
  humoring humour humourous hurrahed hurrahs hurrayed idealised idealises idealistic ideality
  idealization idealized idealizers idealizes ideally impress impressed impresses impressively improve
  improved improvement improver improves improving influential innocency innovate innovates innovative
  inspirations inspirator inspired inspirer inspirers inspires inspiring inspirit inspiriting
  inspiritingly intellect intellects intellectualism intellectualist intellectualizes intelligence
  intelligential intelligently interestingness invigorate invigorates invigorating invigoratingly
  invincible jewels jollies jollification jollifications jollify jollity jovial joys keenest kinder
  kindly kindness kiss kissable kissably kissy laughed laughing laughings laughs laughter laughters
  lighthearted likeable liveliest livelily lively lovelies loyal loyally loyalties luck lucked luckier
  lucky lulz magnifico marvel marvels mature medal merit meritorious merriments merriness merrymaker
  merrymaking mirthfully motivated motivating neat neatened nice nicely nicenesses nicer nicest noble
  nurtured nurturer nurtures nurturing okays optimality optimisations optimise optimisms
  optimistically optimize optimized optimizers optimizes optimizing passion passions peaceableness
  peaceably peacefuller peacefulness peacekeeping peacemaker peaces peacetime peacetimes perfecter
  perfectibilities perfectibility perfectively perfectivity pleasantly pleasantry pleased
  pleasurability pleasures popular popularity popularized popularizer popularly positivenesses
  positivisms positivist positivistic powerful praised praiser praisers praiseworthily preciously
  preciousness prettier privileged prizes proactive profit profitable profits progress promoted
  prosperous protected proud prouder proudful radiant reassuringly reinvigorated reinvigorates
  reinvigoration rejoice rejoiced rejoices relax relaxed relaxedness relaxing relief rescued respect
  respectabilities respectable respected respecter respectful respectfulness respecting respective
  rewardable rewarded rewarders rewards richened richly richness richnesses roflcopter romanced
  romancing romantically romanticism romanticisms romanticist romanticizations romanticize
  romanticizes romantics safer satisfaction satisfactions satisfiable satisfies satisfy satisfying
  satisfyingly scrumptious sentimentally serene sincerely sincereness sincerer sincerest smarten
  smarter smartness smiles smiling sociable sparkle splendidly splendiferously splendorous splendors
  splendour splendours splendrous sprightly stimulating strength strengthened strengthener
  strengthening strengthens suave succeed succeeded succeeding succeeds successfully sunny sunshiny
  superiorly supremest supremo surefooted surely sureness sweetie sweeties sweetly sweetness sweets
  talent talents tenderly tenderness terrific thanked thankfuller thankfullest thankfully thankfulness
  thoughtfulness thrilled thrilling thrillingly tranquiler tranquility tranquillity treasuring triumph
  triumphal triumphalisms triumphed triumphs trueness truest truly trustability truster trustful
  trustfulness trustiest trusts trustworthiness trusty truthful truthfully truths usefully valuable
  valuables vindicated virtue virtuosas virtuosic virtuosity virtuoso virtuosos virtuously
  virtuousness vitalising vivacious warmhearted warmth wealth wealthier wealthiest wealthily welcomely
  welcomeness welcomers welcoming wellborn wellness winnable winned winners wise wisely wiseness
  wisest woot wows
+1.5
  laoj lylb ntmu thks xqzt ability absolved absolves absolving accept acceptabilities acceptable
  acceptableness acceptably acceptances acceptant acceptation accepting accepts accomplishes
  achievable acquitting active actively admiral admirals admiralties admirations admirers admires
  admiring adorer adores adorner adornment advantaged advantageous advantageousness advantages
  advantaging adventure adventured adventures adventuresome adventuresomeness adventuresses
  adventurism adventurist adventuristic adventurous adventurously affectionally affections
  agreeablenesses agreeably agreeing amorist amuse amusement amusements amusers amuses amusing amusive
  apologise apologized apologizes applauded applauds appreciate appreciations appreciativeness
  appreciators appreciatory approves assurance assurances assure assured assuredly assuredness assures
  assurgent assuring astonished astound attract attractant attractants attracts awarded awarders beaut
  beautifier beautifiers beauts benefic beneficences beneficialness benefitted benevolence
  benevolently benign benignity blessedly blessedness bold boldest boldly boldness bolds boost boosted
  boosting boosts brightens brighter brightly brightness brightnesses calm calmed calmer calmest
  calming calmly calmness calmnesses calms capable captivated carefree charitable charitablenesses
  charitably charm charminger cheerer cheerlead cheerled cherish chuckle chuckling clarity clean
  clevernesses comedian comedic comediennes comedies comedy comfort comfortableness comforting
  comfortingly commitment compassionated compassionately compassionates compassionating competent
  complimentarily compliments conciliating contented contentedness contentment convinced convincing
  convincingly courtesy coziness creations creatively creativities creativity creditabilities
  creditably credited curious cutely cutesier cuteys cutie daring daringness darlingly definitely
  delectables delighting desirable desire desirous determination determined devote devoted devotedly
  devotee devotement devotes diamond dignities dignity divination divinatory dreams dynamic
  dynamically dynamism dynamist dynamistic eager eagerly eagerness eagers easeful easefully easement
  eases easily easiness easygoing easygoingness efficiencies efficiency efficiently elation elegancies
  embrace empathetic enchanted encouraged encourager encouragers endorse endorsement endorses
  energization energizations energizers engage engaged engaging engagingly enlightens ensure entertain
  entertained entertainer enthuse enthuses enthusiast enthusiasts excitabilities excitable excited
  exciters exhilarating exonerates expand exultantly fair faithed fantasticality fantasticalness
  fantasticate favor favorably favorer favorers favorited favourer favourers favouring festivalgoer
  festivals fiestas flattered flattering flexibility flexibly flirtation focused foolproof forgave
  forgivable forgivably forgiven forgiver forgives forgivingly freebee freebees freed freedwoman
  freedwomen freehanded freehearted freeman freemen freeness freenesses freest friended friendships
  funnier funnies funninesses funnyman funnymen gains gallant gentler giggled gigglers giggliest
  giggling giver givers giving gladly glamorise glamorization glamorize glamorizers glamors glorifiers
  gloriole graces gracile gracing grander grant granting gratification gratified gratifies gratify
  greater greet greeting grinners grinning growth hardy harmlessly harmonics harmonies harmonised
  harmonising harmonize harmonized harmonizer harmonizers harmonizes harmonizing harmony healthy
  heavens heavenward helper heros highlight hilarious holiday holidays honoraries honorary honorer
  honorers honorific honorifics honourers hopefully hopefulness huggable hugged hugger humerous
  humoristic humorists humorous humors humouring idealise idealism idealist idealistically idealities
  idealizations idealizer idealizing importancy importantly impressionistic impressionistically
  impressiveness improvements improvers incentive incentives innocence innocent innocently innovation
  inspiratory inspirited integrity intellective intellectualistic intellectualities intellectuality
  intellectualization intellectualize intellectually intellectualness intellectuals intelligencer
  intelligencers intelligences intelligentsia intelligibility intelligible intelligibleness
  interestedly interesting interestingly invigoration inviting invulnerable irresistible jewel joked
  jokester jollities joyriders justified keen keenness kewl kissed kisser kissers laugher laughers
  lawl leet livelier liveliness livelong loyalist luckie lucks magnificoes meaningful meditative mercy
  merited meritoriously meritoriousness merits merrier merrymakers merrythoughts motivate motivation
  neatening neatest neatly neatness niceness niceties nifty nurtural nurturance nurturances nurturant
  nurture openness opportune opportunely optimal optimally optimisation optimised optimises optimising
  optimistic optimists optimization optimizer palatable pardoning partied partier partying passional
  peaceable peacekeeper peacekeepers peacekeepings peacemaking perfecta perfecters perfectible
  perfectionism perfectionist perfecto perfects picturesque playfully pleasanter pleasantries pleaser
  pleases popularise popularities popularization popularize popularizes popularizing positivism
  positivists pray praying prays prettied pretties pride privilege privileges profitably profited
  profiting prominent promiser promisers promote promotes promoting protect protects proudhearted
  radiance radiancy radiantly rapturous reassurance reassurances reassure reassured reassures
  reassuring recommend redeemed reinvigorating relaxedly relaxer relaxers relaxes relaxin reliefs
  relieve relieved relievedly reliever relieves relieving relievo relishing rescues resolve resolvers
  resolving respectably respecters respectfully respectfulnesses respectively respects responsible
  responsive restful restored revive revives rewarder riskless robust romancer romancers romances
  romantic romanticise romanticised romanticises romanticists romanticization safeguard safeguarded
  safeguards safekeeping safeness safest safeties satisfactorily satisfactoriness satisfactory
  scrumptiously securely secureness securer secures securing securitized securitizes sentimental
  shockproof sincere sincerities smartened smartening smartens smartie smarties smartly smartnesses
  smarts smile smiler smiley smileys sociableness sociably solving soothe soothing sparkles spirited
  splendiferousness strengthen strengtheners strengths stressless stresslessness strongish stunning
  succeeders superiority supportiveness supremos surefootedly surefootedness surest sureties surprisal
  survivor sympathy tenderest tenderhearted terrifically thoughtful thoughtfully thrill thrills
  tranquilest tranquilities tranquilness truer trustfully trustier trustily trustiness trusting
  trustingly trustingness truthfulness unified untarnished validate validates validating valuableness
  valuing vigoroso vindicates virtues virtuosa vitality vitalization vitalize vitalized vitalizes
  vitalizing warmest warmish warmly warmness wealthy welcomed welcomer welldoers welling wellspring
  wellsprings wised wiseliest wises wisewomen worshipfulness worshipping worships worthwhile yeees
  youthful
+1
  hago absolve admiralty adventurer adventurists alert amorino attachment attractor attractors avid
  awardees beautician benevolentness blithe bolder champagne championed cheerio cheerleaders
  cheerleading cheerleads chuckled chucklers chucklingly comedians comforters commit convivial
  creating creditableness determinately devotional devotionals diviners doubtlessly dynamical
  dynamisms eased excitability excitants festivalgoers flatteries forgivers freeborn freedoms
  freelance frees glamorising glorioles gracility grandees heavenwards humored humoresque humorist
  hurraying idealize immune impressibility inspirators intellectualized intelligibly invigorations
  invigorators jaunty jocular laughableness laughably libertinisms lucking magnifications neaten
  nicety opportuneness outgoing painless pardons partyer perfective playfulness popularising
  promisingly prospect prospects radiants relaxins respectableness restore restores restoring
  romanticizing securities sentimentalise sentimentality sentimentalization singleminded sociabilities
  solidarity sparkling stable stamina succeeder surer surprisingly surviving swiftly tenderers
  tolerance tranquilly treasurerships trustors usefulness vital vitalities vitamin warmer wiser
  worship
-1
  ayor jealz accused adversative aggravating aggression agitational allergic amoralities antagonisms
  apathetic apathy battled battlefront bittering borers censors childish collapses collapsing
  colluding confrontationists confusion confusional contentious critics crudely cuts deafening defer
  deprivals derail derision difficulties disbelieve discourageable disorganized distract distracting
  dominating dorkiest doubtfully doubtfulness doubts dumper dumpiness dynamiter embarrass ennui
  exclusion exhaust fatalists fatiguing feeble freaked fume gossipry gravers graves graveyard
  graveyards grimed hesitantly hiding humiliating ignorances immobilized impatient impose ineffectual
  inquisition interrupted interrupting lagged lamebrains lamenter lames lethargic lossy lousily
  lowballs lowlinesses madder maniacs manipulation masochists mistakenly nerd nervousness
  obsessiveness obsolete obstinate offence offend outrageously outrageousness pathetical persecutes
  perversions pervertedly pervertedness pesky phobic piteous pitier pities pitifully pitifulness pity
  pseudoscience ranter ranters rebellious rebelliousness resenting resents resignation resignations
  resigner restlessness sceptical screams screwer shakedown shakiest shynesses sillinesses skeptically
  skepticisms smog snobbishly stereotyped stinkers strains strangely suspiciousness teased teaselers
  teases tensely tensest trembly trickeries trickiest trickiness underestimate undermine
  unsophisticated uptightness victimises vulnerably warfare warnings weakish weapon weirdly whiner
  wimpiness wiseacre woesome worn worried worrits
-1.5
  awol nimy nitl abandoning abandonments abandons accidentally accidents accusations accuses ache
  ached acrimonious adversarial adverse adversities afflicted aggress aggressed aggressions
  aggressively aggressivities agitate agitatedly agitates agitations agitative agitator agonising
  alarm alarmed amoral amorality angriness annoyance annoyers antagonistic antagonists antagonized
  anti appalling argue argued arguer arguers argues argument argumentative argumentive arguments
  ashamedly aversive avoidance avoiders avoiding awkwardly axed bamboozle bamboozled bamboozles battle
  battlefield battleground battles bereaving bitterish bitterness bizarre blame blameful blamefully
  blames blameworthiness blind blocking boredom bores boresome boring bother botheration botherations
  bothered bothering bothersome boycott boycotted boycotting boycotts brainwashing bummer burdened
  burdener burdeners burdening burdens careless carelessness carelessnesses chagrined chastises
  chastising cheerless cheerlessness chuckleheaded clueless coerced collision combat complainers
  complainingly condemn conflict conflicting conflicts confrontation confrontational confrontations
  confronters confused confusedness confuses confusingly contagions contagious contemptible
  contemptibly contradict contradicted contradicting contradictions contradictoriness contradictors
  contradictory contradicts cowardly crap crazily craziness cries critical criticises criticising
  criticize criticized criticizer criticizers criticizes criticizing crushing cynic cynical cynically
  cynicism cynicisms damnable damnably damnations damned damning deadlock decay decayed decayer
  decayers decaying decays deceive deceives deceiving defeater defeating defeatism defeatist defeats
  defeatures defect defected defection defections defectors defects defenseless defenselessness
  deficit degradations dehumanizes demoralized denier denounce deny denying depressant depressants
  depressible depressing depressive depressives depressors depriver deprivers deprives derailed
  derails deriding despair despairer despairers desperate desperately desperateness despise despised
  despisers destructible detained detention deviled devilishly devilries deviltries difficult
  difficultly difficulty dirt dirtier disadvantaged disadvantageousness disadvantages disagree
  disagreeable disagreeableness disagreeably disagreed disagreeing disagreement disagrees disappears
  disappoint disappointedly disappoints discarded discomfortable discomforted discomforting
  discomforts disconsolation discord discouraged discourager disguising disillusioning disillusionment
  disillusionments disillusions disjointed dislike disliked dislikes disliking disorder disoriented
  disparaged disparages dispute disputed disputing disquiet disregarded disregards disruption
  disruptions disruptive dissatisfied distort distorted distorts distractable distracted
  distractibility distractible distractingly distraction distractive distracts distresses
  distressfully distressing distrustfulness distrusts disturb disturbance disturbances disturbed
  disturber doom doomsayers doomsaying doomsayings doomsters dork doubt doubtable doubter doubters
  doubtful doubting doubtingly douche drained dreads dreary drunk dubious dull dullard dulled duller
  dullest dullness dumbed dumber dumbfounded dumbly dumbs dump dumped dumpier dumpiest dumping dumps
  dumpy dupe eerie egotism egotistic egotists embarrassable embarrassed embarrasses embarrassing
  embarrassingly embarrassments emergency emptinesses enraged enslaved enslaves envyingly excluded
  excruciated exhauster exhausters exhausting exhaustion expelling expels exploits failingly fallen
  falsified farce fatalisms fatigued fatigues fatiguingly faulted faultfinders faultiness faulting
  faulty fearsome feud feuding feuds fidgety fiery fighting fights flop flops flunk flunkers flunkies
  flunking fooled foolhardier foolhardiest foolhardiness foolhardy fooling foolisher foolishest forbid
  forbiddance forbidder forbidders forbids fought frantically freakier freakiest freakiness
  freakishness freakouts freaky freebooter freeloaded freeloading freeloads freezingly frenzy
  friendless fright frighted frighten frightens frightfully frighting frowning funeral funerals gagged
  ghost glamourless gloomier gossiping gossipmongers gossipped gossips gossipy grave graveless gravely
  graveness gravesides gravest greed greediness greedy grievances grieve grievously grimacing grime
  grimier griminess grimly grimmer grouchily grouching guiltiest guilts gullibility gullible hacked
  hapless haplessness hardship harried haunt helplessly helplessnesses hesitated hesitater hesitaters
  hesitates hesitating hesitatingly hindrance hooligan horridly hostile hostiles humiliated humorless
  humorlessness hurting hurtling idealless ignorance ignorantly ignore ignored ignorer ignoring
  immoralism immoralists impatiently imperfect impersonal impolite inability inadequacies inadequacy
  inadequate inadequateness inadequatenesses incapable inconvenience inconvenient indecisiveness
  indoctrinate ineffectively ineffectiveness ineffectuality ineffectualness inferior inflamed inhibit
  inhibition inhibitive injured insecurely insignificant insincerity interrogated interrupters
  interruptible interruption interruptions interruptive interruptor interrupts intimidates
  intimidations intimidator intimidators irrational irrationalism irrationalists irrationalities
  irrationality irrationally irresolute irritabilities irritability irritableness irritates
  irritations isolates isolation jaded jealousness jealousy jerk joylessly killjoys lackadaisical lags
  lamebrain lamentable lamentableness lamentably lamentation lamented laments lamer lamest
  laughingstocks lazy leak leaked lethargy lied lonelier lonelinesses lonely loner lonesome lonesomely
  lonesomes loose loss losses louse louses lousiness lowballed lowermost lowlier lowlife lowness
  luckless ludicrous lunatics madly maniacally manipulated manipulating masochism masochist
  masochistically melancholias menaced mess messed messy misbehaved misbehaves misbehaving mischief
  miserly misers misgiving misinformation misinformed misinterpreted misleading misreporting mistake
  mistaken mistaker mistakers mistakes misunderstand misunderstands misunderstood mocked mockeries
  mockers mockery mocking mooch mooched moocher mooches mooching moodily moodiness moodinesses moody
  moronically morons mourned mourner mournful mournfully mumpish nagana nagged naggers naggier nagging
  naggy needy neglecter neglecters neglecting neurotic niggas nonsense numbingly numbly nuts obsessing
  obsession obsessional obsessionally obstacles offences offender offenders offenses ominous
  oppressive optionless outrageousnesses overload overreacted overweight painfuller paining panicky
  paranoiac paranoias paranoids peril perplexed persecuted persecuting perturbed perversion perverter
  pessimism pessimist pessimistic petrify pettiest phobia phobics piss pissant pissers pisses pissing
  pitied pitiers pitying pleasureless poorer prblm prejudicially pressures pressuring prick pricklier
  prickliest problematics profitless promiscuously prosecute prosecuted provoke provokes
  punishabilities punishability quaking rancidnesses rant rants rebeldom reckless reeker reekers
  refusing regretfulness regrets regretted regretter regretting rejecter rejectingly reluctance
  reluctancy repress repressed represses repressible repression repressions repressive repressively
  repressor resented resentfully resign resigns restlessly restricting restricts revengefully
  ridiculed ridiculer ridiculers ridiculous ridiculously ridiculousnesses rigged riskier riskiest
  riskiness riskinesses risking robing rudeness ruinable ruinated ruinates ruinating ruinations ruing
  scapegoat scapegoats scarer scarers scares scarey scold scorn scream screamed screamers screaming
  screwup screwy seditious seduced selfishly selfishness severe severed severer severest shakedowns
  shakeout shameless shamelessly shamelessness shames shitted shock shocked shocking shocks shylocking
  shylocks shyness shyster skeptical slam sleeplessness sluggish smartasses smear smileless smothering
  smuggest smuggle smuggled smugglers smuggles smugness smugnesses snobbily snobbishnesses snobby
  snobs sobbing sorrowing sorrows spammers spiritless spitefulness spites startle stealable stealer
  stenches stereotype stifled stingy stink stinker stinkier stinkingly stinko stinky strained
  straining stressed stressing struggle struggled strugglers struggles stubborn stubborner stubbornly
  stubbornnesses stunk stupidness stuttering submissive sucks sulking sullen suspects suspend
  suspicion suspicions suspiciously swindles talentless tantrums tease tempers tense tenseness tenser
  tension tensioner tensioning tensions thieved threaten threatener threatens timidity toothless
  tragediennes trap traumata traumatized traumatizes trembling trickers tricksters trivialising
  troubler tumor turmoil uglified unappreciated unapproved uncertainly uncertainness uncertainties
  uncertainty uncomfortable uncomfortably uncontrollability uncontrollable uncontrollably unconvinced
  undermined undermines undermining unease uneasier uneasily uneasiness uneasy unequal unfocused
  unfortunately unfriendly ungratefulness unimportant unimpressed unimpressive unkind unmotivated
  unprotected unsatisfied unsecured unsettled unstable unsuccessful unsuccessfully unsupported
  unsurely unwelcome upsets uptight uselessly uselessness vicious viciously victimised victimizations
  victimizers victimizes victims virtueless vultures walkout wasting weakened weakener weakeners
  weakening weakens weakhearted weaklier weakling weaklings weaknesses weaponed weepies weeps weepy
  weirdie weirdoes whine whiney whoremasters wimp wimpish wiseasses wisenheimers witch woefully
  worriers worriment worrisome worrying worrywarts
-2
  atab bsod fcol abandon abandoned abandoner abandoners abductions abhor abusing accident aching
  admonished adversity affectionless aggravated aggravates aggressiveness aghast agitated agitating
  agitators agonise agonized agony amort angering angerly angrily anguished anguishes animosity annoy
  annoyances annoyer annoys antagonism antagonist antagonistically antagonize appalled appallingly
  appalls apprehension arguing argumentatively arrested arrests arrogances arrogant arrogantly ashamed
  attack attacked attacking attacks aversion avoider awful badly banish bankster banned bastardies
  bastardise bastardizations bastardized bastardizes beaten beating belittle belittled bereave
  bereaved bereaves bitchier bitter bittered bitterer bitterly blamable blamably blamed blamer blamers
  blaming bloody bomb brutalization bully burden burdensome catastrophic censor chagrin chaotic
  charmless chastised cheat cheaters cheats choked chokes choking chucklehead collapse comfortless
  complainer condemned conflictive contagion contemptibilities contemptibleness contemptuous
  contradictious coward criticise criticised criticism crudeness crudenesses cruder crushed crushes
  cunt damager damagers damagingly damnableness damnifies damnify damningly damns dangerous
  dangerously dangerousness dangers darkest deceit deceitful deceived deception defeat defeated
  defeatists defeature defecting defective defectively defectiveness defectives defector degradative
  degrade degraded degrader degraders degrades dehumanize dehumanized deject dejected dejects denied
  denies denounces depress depresses depressions depressively depressor deprival deprivation
  deprivations deprive deprived depriving despairingly desperation desperations despiser despises
  despondent destroyed destroyer destructed destructibility destructionists destructivity detain
  devastation devastations deviling devilish devilling devilment dipshit dire disabling disadvantage
  disadvantageous disadvantageously disagreeablenesses disagreements disappointed disappointing
  disappointingly disappointments discomfort discontented discourage discouragement discouragements
  discouragers discourages discouraging discouragingly discredited disdain disgrace disgraced disgusts
  dishearten disheartened disheartening dishearteningly disheartenments disheartens disillusioned
  dismay dismayed dismaying dismayingly dismays disparage disparaging displeased disqualified
  disrespect disrespected dissatisfaction dissatisfactions dissatisfactory dissatisfies dissatisfy
  distressed distressful distressingly distrust distrustful distrustfully distrusting disturbers
  disturbs dolorous doomful doomsdayer doomster downcast dread dreadful drowns dullards dullnesses
  dumbheads dumbness dumpish duped dysfunction egotistically embarrassment emptiest emptiness enemies
  enrages erroneous eviction eviler exasperated excruciations expel exploited exploiting failings
  fails failures faithlessness fakes faking falsify faultfinding faultier faultiest faultily fear
  feared fearful fearfuller fearfully fearfulness fears feuded fightings flunked flunker flunkey
  flunks flunky foeman foes foetors fool fooleries foolery foolishly foolishness foolishnesses fools
  forbidden forbidding forbiddingly foughten frantic fraudulent freak freaking freakish freakout
  freeload frightened frightening frighteningly frightfulness frustrate frustrates frustrating
  frustratingly frustration frustrations fucks fumed furiously futile gloomed gloomful gloomiest
  gloominess glooming glum goddamn goddamned goddamns goddams gossipping greedier greedily greenwash
  grief grievance grieved griever grieves grievous grimaced grimaces grimy grossest grossness grouch
  grouchier grouchiness grouchy guiltier guiltiness guilty harass harmed harms harsh harsher hateful
  hater haters haunted heartbreaker heartbreakers heartbreaking heartbreakingly heartbreaks heartless
  heavyhearted helpless helplessness heroin heroinism homesickness homesicknesses hooliganism hopeless
  hopelessly horrendously horribles hostilely hostilities hurters hurtfulness hypocritical hysteria
  hysterics idealess ignorami ignoramus illiteracy illnesses imbecile immoral immoralist immorally
  impatience impolitely impoliteness imprisoned incapacitated incensed incompetent inconsiderate
  indignant infected inferiorities inferiorly infringement infuriate injury insecure insecureness
  insecurities insecurity insensitivity insincere insincerely insipid insulter insulters insulting
  insults intimidated intimidating intimidation irrationalist irresponsible irritable irritably
  irritants irritate irritated irritating irritatingly irritative jackass jailed jealous jealousies
  jealously jeopardy killjoy lame lamely lament lamentations lamenting libelous lies loathe loathed
  loathes loneliness lonesomeness lousier lowbrow lowery lowliest lowlifes lowlight lowlives
  ludicrousness lugubrious lunatic maddening madness maniac masochistic meaningless melancholiac
  melancholy menace mindless misbehave miser miserable miserably misrepresentation misunderstanding
  mock mocks molest molestation molested molesters moochers moodiest mope moron mourn mourners
  mournfuller mournfulness mourning murderess nagger nasties nastily neglect neglectful neglectfully
  neglectfulness neglects neurotically notorious numbskulls obliterated obnoxious obnoxiousness
  offends offensive oppressed outrageous outraging overreacts pained pains panicked panicking panics
  passionless pathetically perjury perpetrator persecute perverse perversely perverseness perversive
  pessimisms pessimistically petrifaction phobias pisser pitiful pitifuller pitiless pitilessly
  poisoned polluted polluter polluters pollutes poor powerless prejudiced prejudices prejudicing
  problematic problematical problematically promiscuity prosecutes prosecution protesting puked pukes
  puking punishable punished punisher punishes punishment punishments raged rages rebelliously
  recession reeked reeking regret regretful regretfully regrettably regretters rejectees rejecters
  rejections rejective rejector remorselessly repressing repressors repulsed resentful resentfulness
  resentment resentments revengefulness revenger revengers revenges ridicule ridicules ridiculing robs
  rude rudely ruder rudesby ruined ruiner ruins saddening saddens sadly sadness savage savaged
  savagely savageries scandal scandals scare scared scaremonger scaremongers scaring scary scornful
  screwed screwiest sedition selfish selfishnesses severely shamefacedly shamefacedness shameful
  shamefully shamelessnesses shattered shits shittier shitting shylock sicken sickener sickeners
  sickeningly sickens sins sluttish sluttishly sluttishnesses smartass smother smothers smuggler
  smuggling snob snobbery snub snubbed snubs sobbed somber sorrowful spammer spamming spiteful stabbed
  stabs stampede stank starve starving steal stealers stealings stinkiest stolen stress stresses
  stressor stressors struggling stupidities stupidity stupidly suck sucked suckered suckering sucky
  suffered sufferer suffering suffers suspended swindling tantrum temper terribleness thieve
  thieveries thievery thoughtless threatened threateners threateningly threating threats ticked
  torturously totalitarian tragedies tragic tragics trauma traumas traumatises traumatising
  traumatizations treason troubled troublemaker troublemakers troublemaking troublers troubles
  troublesomely troublesomeness troublous troublously uglier uglies uglification uglifies uglify
  uglifying uglily unacceptable unattractive undeserving undesirable uneasiest uneasinesses
  unemployment unfair unfortunate unfortunates unfulfilled ungrateful ungratefully unhappily
  unhappinesses unhappy unintelligent uninvolved uninvolving unloved unlovelier unloveliest
  unloveliness unlovely unpleasant unsavory unworthy upsetter upsetters upsetting vexation vexing
  victimhood victimized victimizer villainesses villainous violate violation violators vitriolic
  vulture warfares warring weaken weaker weakliest weakly weakness weapons weeper weepier weeping
  weepings weirdo wept whines whoredom whorehouses whoremaster whoremongers whoreson wickeder wickedly
  wickedness wickednesses widowed wiseass woeful woefulness woes worriedly worrier worries worriments
  worrisomely worrisomeness worrit worry worrywart worsened worsening worsens worser worthless wreck
  wronged yucky zealot
-2.5
  cwot mofo pita snafu abandonment abducted abhorred abused abuser abusers abuses abusiveness
  aggravate agonised agonises agonize agonizes agonizing agonizingly alarmingly anger angered angers
  angrier anguishing antagonizing appall arrogance assassinations assaulted assaulting assaults
  assfucking attacker attackers bankrupt bastard bastardised bastardises bastardising bastardization
  bastardize bastardizing bastardly bastardy betraying betrays bitched bitcheries bitchery bitchily
  bitchiness bitchy bitterest blameworthy brutalise brutalities brutalizations brutalized casualty
  chaos chastise cheated cheater cheating choke cocksuckers compassionless condemns conspiracy
  contemptuously corpse crappy crestfallen crime criminal criminals crude crudest crueler cruelest
  crueller cruelties curse damaging damnation damnatory damnifying damnit danger dangered dangering
  dearth degradation degradingly dehumanizing dejecting depressed depressingly depression despaired
  despairing despairs despisement despisements despising destroy destroyers destroying destroys
  destruct destructing destruction destructionist destructions destructively destructiveness destructs
  devastatingly devilishness devilkin devilled devils dick died dirtiest disappointment disasters
  disconsolate disgusted disgustful disgusting disheartenment dishonest dissatisfying distraught
  distress distressfulness distrusted disturbing disturbingly doomsdays downhearted dreaded dreadfully
  dreadfuls dreading drown dullsville dumb dumbass dumbest dumbhead effin egotist enemy enrage
  evildoers evildoings evilest evils excruciate failed failing failure fascist fatal fearfullest
  fearing felonies felony fiasco foetid foreclosures frauds fraudster fraudsters fraudulence frightful
  frustrated fuck fuked fuming furious fury gloom goddam goddammed grieving grievousness grim
  grouchiest harassed harasser harasses harassing harassment harassments harm harmfully harmfulness
  harming hatefully hating heartbreak horrible horribleness horribly horrid horridness horrified
  horrify horrifying horror horrors hostility humiliate humiliatingly humiliation humiliations hurter
  hurtful hurtfully idiot idiotic ignoramuses illegal impolitenesses incompetence indignation
  infuriates infuriating injustice insanity insulted insultingly irritant irritation joyless
  joylessness killingly kills lamebrained lazier laziest liar liars livid loathing loneliest loser
  losers lousiest lousy lowbred lying miseries miserliness misery molester moronic mourningly mourns
  murderesses naggiest nastier nastiest nastinesses nasty negativity neglected numbskull obnoxiously
  offending offensiveness outcry outrage outraged outrages painfully painfulness panic pathetic
  perversity pervert perverted petrified petrifies petrifying pissants poison poisoner poisonings
  poisonous poisons pollute poorest poverty prblms prejudice prejudicial prejudicialness prisoner
  prisoners puke punish punishers punishing punitive racists rage rancid rancidity rancidly rancidness
  reek regrettable rejectee rejection remorseless retard retarded revenge revengeful riot riots robber
  rotten rudest ruination ruinous ruinously sabotage sadden saddened sadder savageness savagery
  savages scandalous shamed shamefaced shamefulness shamefulnesses shit shitheads shitty sickened
  sickening sinful sluts sluttier sluttishness slutty sobs sorrow sorrowed sorrower sorrowfully
  sorrowfulness spite spited spitefully spitefulnesses starved starves stealing steals stench
  stenchful stenchy stinkard stinking stinkpot strangled stressful stressfully stricken stupid
  stupider stupidest stupidnesses stupids sucker suckers suffer sufferers swindle tard terriblenesses
  terribly terrifies terrify terrifying terror terrorization terrors thief thieves threat threatening
  tortured torturer tortures torturous totalitarianism tragical tragically trapped traumatic
  traumatised traumatism traumatize traumatizing travesty treasonous troublesome troubling trustless
  ugliness uglinesses unethical unhappier unhappiest unhappiness unhealthy unjust unlovable unloving
  unprofessional viciousness victimising victimization victimize victimizing villain villainies
  villainousness villainy violated violater violaters violates violating violations violative violator
  virulent wanker warmongering warred wars weakest weep weepiest whoredoms whoremonger whoresons
  wicked woebegone worsen wrathful
-3
  fubar abduction abhorrent abhors abuse abusive abusively abusivenesses angriest anguish
  assassination assault assaultive assholes bastards betray betrayal betrayed bitch bitches bitchiest
  brutal brutalised brutalises brutalising brutality brutalize brutalizes brutally bullied bullshit
  bullying cocksucker condemnation contempt crisis cruel cruellest cruelly cruelness cruelty cunts
  damnified death degrading destructive devastate devastated devastates devastative devastator
  devastators devilry deviltry dickhead direful disaster disastrous disgust disgustedly disgustingly
  dismal doomed dooming doomsday douchebag dreadfulness drowned enraging enslave evildoer evildoing
  eviller evilness excruciatingly faggots fatalities fatally foetor fraud fuckers fuckface fuckhead
  fucktard fuking greediest harassers harshest hatred havoc heartlessly heartlessness hellish
  hopelessness horrendous horridnesses horrifically horrifies infuriated irate jackasses maddest
  miserableness molestations molesting molests motherfucking murderee murderees murderous murderously
  murderousness murders obliterate obscene offensively perverts pissed poisoners poisoning poisonously
  racism racist rageful remorselessness repulse ruinate saddest scumbag shithead sinister slut
  sluttiest stab terrified terrorise terrorising terrorisms terrorists terrorized terrorizes
  terrorizing torture torturing traumatically traumatise traumatization ugliest vile villainess
  villainously violent violently warmonger warmongers whored whores wickedest
-3.5
  apocalyptic brutalizing cancer catastrophe devastating devil evil evillest evilly excruciating
  excruciation faggot fatality fucked fucker hatefulness heartbroken horrific horrifyingly killer
  killers killings motherfucker murder murdered murderer murderers murdering nigger rape raped raper
  rapers rapes rapists shittiest suicidal suicide terrorised terrorises terrorism terrorist
  terroristic terrorize torturers tragedy twat villains whore
-4
  raping rapist slavery`;
