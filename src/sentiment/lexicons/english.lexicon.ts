/**
 * How English customers speak. A line that is a number gives the score (-4..4) of the words after it. `a_b`: the words follow
 * each other; `a~b`: up to two others may stand between; `a*`: whatever goes on after it. Lines with `!` name words that
 * change what others mean. Contractions are written out: `doesn't` is `does not`.
 */
export const ENGLISH_LEXICON = `
!not not no never none nobody nothing neither nor without hardly barely rarely seldom
!boost very really so too extremely super absolutely totally completely incredibly truly highly much way damn bloody insanely
  utterly seriously especially such
!damp slightly somewhat fairly kinda bit little partly kind_of sort_of
!but but however although though yet except
!if if unless whether
!ask what when where which who how can could do does is are may would want need please looking interested
+4
  absolutely_perfect best_ever love_love made_my_day above_and_beyond in_love_with not_thank~enough not_be_happier
  not_be_better not_be_more_pleased not_recommend_enough not_fault
+3.5
  perfect* excellent* amazing* awesome* fantastic* brilliant* wonderful* outstanding superb* stunning* gorgeous
  incredible
  unbeatable flawless* phenomenal exceptional* magnificent fabulous adore* thrilled ecstatic best_* works_like_a_charm
  worth_every_penny five_stars 5_stars ten_stars tenoften top_notch blown_away customer_for_life happy_tears
  had_a_blast
  highly_recommend lifesaver life_saver saved_my you_rock guys_rock second_to_none hats_off you_are_a_star
  worth_the_wait
  love_it love_this love_the loving_it life_changing best_purchase the_best you_are_the_best only_recommend
+3
  favourite favorite chuffed brill heavenly over_the_moon blew_me_away blew_us_away won_me_over rock_solid
  hands_down gem legend legends hero heroes angel angels champion spot_on first_class world_class speechless_in
  flawlessly immaculate spotless mouthwatering flavourful flavorful scrumptious divine dreamy obsessed hooked
  big_fan huge_fan a_keeper a_steal can_not_wait no_regrets like_a_dream like_a_glove night_and_day
  keep_up_the_good_work hats_off_to thumbs_up beyond~expectations exceed* surpass* seamless* without_a_hitch
  out_of_your_way out_of_their_way out_of_her_way out_of_his_way never_looked_this never_looked_so never_felt_so
  never_tasted cracking_service cracking_job what_a_gentleman what_a_team what_a_star what_a_service what_a_place
  what_a_difference god_bless bless_you unforgettable will_not_forget_it best_decision best_experience
  best_service best_team best_in one_of_the_best so_proud proud_of treat_to sweetest kindest friendliest nicest
  easiest fastest cleanest
  great love loves loved loving lovely delicious delight* beautiful* impress* superior happy happier happiest
  happily fab
  marvel* spectacular splendid yummy tasty exquisite wow worth_it totally_worth well_worth pleasure kudos bravo
  keep_it_up well_done great_job good_job nice_work great_work good_work nice_one definitely_order definitely_buy
  recommend* would_recommend will_recommend order_again buy_again shop_again come_again will_be_back be_back_soon
  never_had_a_problem never_had_any_problem never_had_an_issue no_complaints not_disappoint* never_disappoint*
  big_thanks much_appreciated really_appreciate exceeded~expectations better_than~expect* like_new a_hit smoothest
  fast_shipping fast_delivery quick_delivery super_fast very_fast so_fast quick_reply quick_response fast_response
  exactly_what exactly_like exactly_as painless hassle_free attentive unbelievably_good dream treat flawlessly
+2.5
  gentleman breeze relief relieved settled_in shoutout shout_out made_the_difference made_a_difference slept_like
  premium sturdy durable heartwarming refreshing knowledgeable knowledgable welcoming accommodating responsive
  competent dependable prompt promptly intuitive user_friendly stylish classy elegant bargain worthwhile
  trouble_free zero_issues zero_problems without_any_problems without_any_issues without_a_problem
  without_problems up_and_running back_to_normal runs_like_new working_great does_the_job does_what_it_says
  does_exactly_what as_described as_promised as_advertised lives_up_to lived_up_to so_much_better much_better
  way_better far_better huge_improvement big_improvement no_mess no_hassle no_fuss no_trouble tender juicy crisp
  crystal_clear vibrant roomy spacious looks_brand_new put_me_at_ease put_her_at_ease put_him_at_ease at_ease
  smiling looked_after took_care_of_us took_care_of_me took_good_care well_looked looking_after_us cared_for
  not_stop_talking i_got_the_job got_the_job patiently much_love lots_of_love reassur* warm_welcome warmly
  brand_new_again calm_and on_point ahead_of_time ahead_of_schedule earlier_than_expected quicker_than faster_than
  cheaper_than_expected smells_amazing smells_great smells_lovely smells_so_good smells_heavenly tastes_like_my
  tastes_great tastes_amazing turned_out_great into_an_easy an_easy_day was_so_easy was_very_easy super_easy
  really_easy easy_to_use easy_to_follow easy_to_set cosy_and lived_up fan_of heads_up stunned life_easier
  thank thanks thankyou thank_you thx tnx ty thanx thnx tysm grateful gratitude appreciate* glad pleased
  good_stuff fantastic_news
  satisfied satisf* helpful friendly polite kind_and kind_gesture so_kind very_kind really_kind kind_words enjoy*
  comfortable comfy
  professional efficient reliable smooth* cheers nice nicely nicer pleasant* thoughtful generous
  sorted solved resolved fixed_it all_good works_great works_well works_fine working_now works_now got_it_working yay
  hurray congrats congratulations bless welcome_news good_value reasonable great_value charming elegant
  no_more_crashes
  not_bad no_issues no_problems no_problem_at_all no_problem_whatsoever no_worries problem_is_gone issue_is_gone
  trustworthy
  my_problem_was_solved went_smoothly everything_was_fine fits happy_to_report day_early came_early arrived_early
  solid
  better_than_ever a_customer_for_life trust_you thank_god cool yum patient merry_christmas happy_new_year
  have_a_great
  have_a_nice have_a_good_day happy_birthday felt_welcome stunned_by exceptional_value the_issue_is_gone
+2
  good fine_quality well_made well_packed well_packaged like_it like_this like_the like_your really_like i_like
  easy clean fresh fast quick quickly nice_gesture smart sweet fun cute honest_about being_honest affordable
  cheap_price
  reasonably better improved improvement* fixed works_again works_perfectly all_sorted is_working delicate courteous
  cozy cosy relaxing safe secure accurate on_time in_good_hands fair respectful support_was_great quality
  lasts_forever
  unbeat* haha lol_great packed_with_care not_expensive not_the_last making_it_right made_it_right
  surprised_by_the_quality
  cry_happy clearly_explained explained~clearly listens peace_of_mind soft right_away
+1
  ok_great okay_great fine alright works interesting hope lucky warm fortunately luckily hopefully useful surprise
  surprised
0
  like please support wait waiting_for_your pleased_to_meet good_morning good_evening good_afternoon good_day
  refund_policy
  return_policy good_night fine_with_me sounds_good no_problem no_thanks no_thank_you thanks_in_advance
  thank_you_in_advance
  cancellation_policy free_trial free_delivery free_shipping kind_regards best_regards best_wishes best_time best_way
  how_fast how_good how_quick how_well how_clean how_bad if_possible looking_forward late_checkout late_check_out
  happy_hour
  worst_case lost_and_found complaint_form file_a_complaint make_a_complaint submit_a_complaint not_sure
  fast_charg* lost_property
  by_mistake not_urgent what_is_wrong better_to which_is_better is_better like_to no_rush would_like
  would_you_like looks_like feel_like
  critical super_glue black_friday hard_drive sick_leave dead_line deadline best_before good_for_how easy_way how_easy
  nothing_special nothing_much emergency emergency_contact issue_date in_case problem_with excited_about gift_card
  not_now not_yet no_idea no_preference not_really_sure wrong_size_by wrong_by_mistake ok okay like_that cheap_one
  cheaper
  how_long_is_the_wait how_late free quick_question small_question anxiety broken_screen is_there_a_problem
  wrong_size_by_mistake
  the_wrong_size_by_mistake
-1
  drops_every keep_telling_me used_to_be old_equipment pricey crowded packed_with_people noisy hot_inside
  confusing ages a_bit_cold hesita* inconvenien* compensation dispute
  cold stop cancel* issue issues unfortunately unavailable missing miss* delay delays confus* concern* worried
  sad* complain
  complaint complaints refund noise noisy out_of_stock expensive expected_more stronger_than not_enough hard_to
  difficult
  strange doubt* too_long too_small too_big too_tight too_short too_late forgot forgotten lost weird unclear sorry
  get_back_my nobody_told no_one_told not_told not_clear hot_and_cold fee hidden smell_of smelled_of smells_of
-1.5
  leaking leaks flicker* freez* frozen_screen glitch* laggy overheat* wobbly faded stained scratched scratches
  scratch dented chipped bent ripped frayed loose jammed rust* mould* mold* rotten rancid sour bland greasy bitter
  burnt raw dry_and salty too_salty wilted shrunk shrank flimsy shoddy tacky dodgy shady sketchy sloppy pending
  still_processing still_pending no_update* no_news no_sign unable_to impossible not_connect* not_turn_on
  not_start not_charge not_charging not_stick not_hold not_match not_same not_the_same no_longer incomplete
  short_of one_short took_forever taking_forever takes_forever takes_ages took_ages hours_late days_late all_day
  endless over_and_over yet_again once_again came_undone coming_apart comes_apart never_update* never_updates
  never_comes never_came never_called never_showed never_got no_one_came nobody_came not_send_me vanish*
  disappeared drops_out keeps_dropping looping loops broke_down broken_down sticky doubled without_warning
  without_notice gave_our gave_my ancient outdated passing_me passed_around passed_me_around deducted overpaid
  unauthor* out_of_pocket owe_me owes_me not_access not_possible_to not_eat not_drink not_sleep not_use not_usable
  not_read not_listen not_understand_what no_use no_point whats_the_point what_is_the_point zero_answers
  zero_response zero_help zero_communication where_is_my_refund where_is_my_money where_is_the_refund
  where_is_my_order_already half_of_the half_empty watery lukewarm expired_ticket terrified terrify* scared
  dangerous unsafe in_agony agony infected bleeding bitten burned stranded left_at_the_roadside shrugged drain
  dead_on_arrival wiped_all wiped_my after_one_wash after_cancelling billed_after keep_getting_billed
  keeps_charging wrong_address wrong_person wrong_colour wrong_color
  wrong late slow* delayed problem problems broke breaks break broken error errors bug bugs buggy crash* failed
  fails failing
  fail failure reject* declin* refus* blocked block stuck lag* fault* damage* defect* crack* dirty dusty torn leak*
  uncomfortable boring poor poorly weak annoy* upset unhappy disappoint* not_work not_works not_working
  stopped_working
  not_arriv* not_received not_receive not_get not_got not_come not_came not_deliver* still_waiting still_no
  still_nothing
  still_not been_waiting waited_for nobody_answers not_answer* not_reply not_replied no_reply no_response
  no_answer never_replied
  never_answer* never_arriv* never_came never_received no_refund expired invalid spam bad_luck hurt hurts gone_down
  went_down getting_worse smells_bad stop_calling stop_sending rash soaked charged_late not_help not_helping
  no_help not_solved not_resolved not_fixed not_log not_login not_open not_load not_show not_care not_worth
  not_fit not_like
  not_good not_happy not_satisfied not_recommend not_professional not_fair not_true not_original not_great
  not_nice not_well
  not_clean not_fresh not_easy not_friendly not_helpful not_as_described not_what_i not_useful tasteless
  undercooked overcooked
  stale soggy cheap_plastic looks_cheap feels_cheap misleading pixelated overpriced underwhelm* mediocre unreliable
-2
  filthy farce arrogan* condescend* dismissive hostile clueless shouted_at yelled_at hung_up_on ghosted
  radio_silence left_waiting kept_waiting no_show stood_us_up last_straw wits_end beyond_a_joke had_it_with
  dropped_the_ball nothing_but_trouble nothing_but_problems not_bother lost_all_faith lost_faith lost_trust
  no_trust not_trust guess_what_nothing promised_a_callback dishwater fell_out hidden_fees hidden_charges sue
  ombudsman trading_standards chargeback never_answered_my loses_my inedible soaking insult* racist discriminat*
  harass* bully bullied threaten* abus* mislead* misled tricked trap trapped scandal* nonsense miserable
  depressing heartbroken devastated traumati* sarcastic_reply dirty_sheets cockroach* bedbug* bed_bugs bugs_in
  flies_in rats mice_in
  bad badly not_working_again third_time second_time_this again_and_again every_single_time keeps_crash* keep_crash*
  keeps_happening keep_sending keeps_stopping three_times_now how_many_times several_times_already fell_apart
  falls_apart
  falling_apart coming_off came_off sick ignored ignore ignores ignoring unusable overcharged charged_twice
  charged_me charged~fee
  taken_from_my double_charged money_was_taken paid_on_time wasting waste wasted lied lie lies lying excuses
  unacceptable
  rude* unfriendly unprofessional unhelpful impolite incompeten* careless neglect* dishonest unfair frustrat*
  angry furious
  mad annoyed irritat* fed_up tired_of sick_of had_enough lost_patience patience_is_running losing_my_temper
  losing_patience
  regret* ruin* spoil* nightmare mess messy shame ashamed shameful embarrass* ugly ugliest smelly stinks smells stink
  disgraceful hate hates hated nobody_answer* no_one_answer* nobody_pick* no_one_pick* nobody_help* no_one_help*
  nobody_repl*
  no_one_repl* nobody_respond* no_one_respond* nobody_know* no_one_show* nobody_show* nobody_care* no_one_care*
  nobody_is_help*
  money_back refund_me want_a_refund need_a_refund demand waiting_for_weeks waiting_for_days waiting_for_months
  waiting_for_hours
  waiting_for_three waiting_for_two waiting~weeks waiting~days waiting~months waiting~hours for_weeks for_months
  on_hold_for cut_off
  wrong_item wrong_order wrong_product wrong_size left_in_the_rain lost_my lost_our missing_item* missing_part*
  are_missing is_missing items_missing
  nothing_like not_even when_will_you_finally someone_actually anyone_actually let_me_down let_us_down let_down
  down_again
  speak_to_a_manager speak_to_your_manager talk_to_a_manager contact_my_bank my_lawyer legal_action
  consumer_protection report_you
  uninstall* unsubscribe_me cancel~immediately without_any_explanation for_no_reason no_explanation
  without_explanation
  no_manual not_leather another_delay delayed_again late_again dies_after stops_after broke_after stopped_after
  broke_on garbage_quality
  received_nothing got_nothing nothing_happen* not_show_up showed_up_late not_buy avoid avoid_this stay_away
  beware painful
  treated_so treated_badly makes_no_sense make_no_sense no_sense claims_he_delivered used_to_be_good cold_food
  food_was_cold was_cold
  double_charge your_fault poor_quality low_quality bad_quality bad_service no_stars zero_stars one_star 1_star
-3
  shambles crappy shitty pos ripoff oh_great just_great_now thanks_for_ruining just_what_i_needed nice_try_but
  how_lovely_another_bill bravo_another wow_another crooks con_artists conned swindl* criminals stay_far_away
  run_away_from bunch_of_liars worst_experience worst_customer worst_company worst_hotel absolute_nightmare
  total_nightmare
  terribl* horribl* awful* worst disgust* useless garbage trash rubbish crap* pathetic ridiculous scam* fraud*
  cheat* thief thieves steal*
  stole stolen fake counterfeit liar liars atrocious appalling dreadful abysmal unacceptabl* worthless outrageous
  joke what_a_joke shit* bullshit damn_it fuck* wtf sucks suck idiot* stupid* hell never_again never_buy never_order
  never_come_back never_use never_shop last_time_i waste_of_money waste_of_time waste_your_time waste_my_time
  false_advertising
  rip_off ripoff ripped_off disaster* horrendous vile nasty gross vomit* food_poisoning thanks_for_nothing
  thanks_a_lot_for_ruining
  great_another good_luck_getting yeah_right should_be_ashamed do_not_buy not_waste do_not_trust worst_ever so_bad
  very_bad really_bad
  extremely_bad hair_in_my hate_the hate_this hate_your absolutely_terrible very_disappoint* so_disappoint*
  really_disappoint*
  big_disappoint* completely_useless no_help_at_all i_was_wrong bunch_of
`;
