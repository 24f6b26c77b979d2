//! What speaks for and against two statements contradicting each other, in numbers that can be shown.

macro_rules! features {
    ($($(#[$meta:meta])* $variant:ident $name:literal,)*) => {
        /// One thing that speaks for or against it; each between 0 and about 1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Feature {
            $($(#[$meta])* $variant,)*
        }

        /// The names of the features, in their order.
        pub const FEATURES: [&str; COUNT] = [$($name,)*];

        const COUNT: usize = [$($name,)*].len();
    };
}

features! {
    /// Always 1.
    Bias "bias",
    /// How alike the words of the two clauses are.
    Words "clause_words",
    /// The same with those of their sentences, which count less.
    Context "context_words",
    /// How alike the characters of the two clauses are.
    Characters "clause_characters",
    /// How alike the words before the two values are.
    Before "local_before",
    /// How alike the words behind the two values are.
    After "local_after",
    /// What report and statement have in common, of the smaller one's words.
    Topic "topic",
    /// What these words weigh.
    TopicMass "topic_mass",
    /// It is the statement nearest to the report.
    First "first_topic",
    /// The share of the report's specific values that the statement has too.
    Covered "covered",
    /// How many these are.
    Specifics "specifics_agreeing",
    /// The statement has the claimed value somewhere.
    Agrees "agrees",
    /// How alike the words around that one are.
    AgreesNear "agrees_near",
    /// The report has the official value somewhere.
    Used "fact_value_used",
    /// How alike the words around that one are.
    UsedNear "used_near",
    /// How much nearer the differing value is than the one that agrees.
    Margin "margin",
    /// No value that differs is nearer to the claim.
    BestForClaim "best_for_claim",
    /// No claim that differs is nearer to the official value.
    BestForFact "best_for_fact",
    /// One by the number of values in the statement that could be meant.
    FewInFact "few_in_fact",
    /// One by the number of claims of the sort in the report.
    FewInReport "few_in_report",
    /// Neither value stands in the other text.
    Orphans "orphans",
    /// One by the number of claims of the sort whose value the statement does not have.
    FewOrphans "few_orphans",
    /// A power of ten apart.
    Power "slip_power",
    /// The same digits in another order, or before other units.
    Digits "slip_digits",
    /// Counted by something else.
    Per "slip_per",
    /// One digit, the month or the day differs.
    Near "slip_near",
    /// Twelve hours apart.
    HalfDay "slip_half_day",
    /// Each value stands in the other text beside something else.
    Crossed "crossed",
    /// The clause judges or foresees.
    Opinion "opinion",
    /// Its sentence does.
    SentenceOpinion "sentence_opinion",
    /// It is passed on.
    Hearsay "hearsay",
    /// It brings up a rumour as one.
    Rumour "rumour_told",
    /// The headline asks.
    TitleAsks "title_asks",
    /// The report brings up a rumour as one.
    ReportRumour "report_tells_rumour",
    /// A body of the city speaks in the report.
    CitySpeaks "city_speaks",
    /// It asks.
    Question "question",
    /// It stands in quotation marks.
    Quoted "quoted",
    /// Somebody says it.
    Spoken "spoken",
    /// The report tells of a denial or correction.
    Correction "correction",
    /// The report says that it was so before.
    ClaimFormer "claim_former",
    /// The statement says that it was so before.
    AgreesFormer "agrees_former",
    /// An older statement says what is claimed.
    AgreesOlder "agrees_older",
    /// The statement says that it is not the claimed one.
    AgreesDenied "agrees_denied",
    /// A newer statement says what is claimed.
    AgreesNewer "agrees_newer",
    /// Other values that the two clauses share.
    Beside "shared_beside",
    /// Other values that the two sentences share.
    BesideSentence "shared_in_sentence",
    /// The claimed value is rounded.
    Rounded "rounded",
    /// The sentence names a place that the statement does not.
    OtherPlace "other_place",
    /// The sentence names another city.
    OtherCity "other_city",
    /// A day counted from today.
    Relative "relative_day",
    /// The one is negated and the other is not.
    Negation "negation_differs",
    /// The claim is negated.
    ClaimNegated "claim_negated",
    /// The report denies something.
    ReportDenies "report_denies",
    /// The one is a difference (多50元) and the other is not.
    Delta "delta_differs",
    /// One of the days is a year or another long time.
    Vague "vague_time",
    /// The claim stands in the headline.
    ClaimTitle "claim_in_title",
    /// The truth stands in the headline.
    FactTitle "fact_in_title",
    /// How soon after the statement the report appeared.
    Soon "soon",
    /// The statement denies something.
    Denies "fact_denies",
    /// The share of the rumour's words that the report has.
    RumourHeld "rumour_held",
    /// How alike the clause and the rumour are.
    RumourAlike "rumour_alike",
    /// The share of the rumour's values that the report has.
    RumourValues "rumour_values",
    /// The clause has words of who is in charge.
    ClaimOfCharge "claim_of_charge",
    /// The statement has them there.
    FactOfCharge "fact_of_charge",
    /// The claimed body is the one in charge.
    ClaimInCharge "claim_in_charge",
    /// The official one is.
    FactInCharge "fact_in_charge",
    /// A body or place that no list has.
    Unlisted "unlisted",
    /// The claimed body is the one that speaks in the statement.
    ClaimIsSpeaker "claim_is_speaker",
    /// Quoted words in common.
    SameWords "same_words",
    /// Other people say them.
    OtherSpeaker "other_speaker",
    /// The share of a sentence that is the same.
    Copied "copied",
    /// Neither value stands in the other text, and the clauses are alike.
    OrphansAlike "orphans_alike",
    /// Neither does, and the words around the values are alike.
    OrphansLocal "orphans_local",
    /// The clauses are alike in texts that share much.
    CoveredAlike "covered_alike",
    /// Each is the nearest to the other.
    Best "best",
    /// Each is the nearest, and the clauses are alike.
    BestAlike "best_alike",
    /// Each is the nearest, and neither stands in the other text.
    BestOrphans "best_orphans",
    /// Of a rumour: held by the report, and alike to the clause.
    RumourBoth "rumour_held_alike",
    /// Of a rumour: its values are in the report, and the clause is alike.
    RumourSame "rumour_values_alike",
    /// Both say who is in charge.
    BothInCharge "both_in_charge",
    /// A slip of values that neither text shares.
    OrphanSlip "orphan_slip",
    /// A slip in clauses that are alike.
    SlipAlike "slip_alike",
    /// Alike in sentences that share other values.
    BesideAlike "shared_alike",
    /// Negated in a report on a statement that denies something.
    NegatedDenied "negated_denied",
    /// In the nearest statement, in texts that share much.
    CoveredFirst "covered_first",
    /// How much nearer the claim's clause is to the official one than to any other of the statement.
    ClaimAhead "claim_ahead",
    /// How much nearer the official clause is to the claim's than to any other of the report.
    FactAhead "fact_ahead",
    /// The share of the claim's words that the statement has.
    ClaimTold "claim_told",
    /// The longest run of letters in both clauses.
    CommonRun "common_run",
    /// How alike the pairs of letters in the two clauses are.
    CommonPairs "common_pairs",
    /// The share of the claim's pairs of letters that the official sentence has.
    ClaimPairs "claim_pairs",
    /// The share of the clause's other values that the statement has otherwise.
    Conflicts "conflicts",
    /// Both clauses count things, and no count of the one is one of the other: 3筆流標, 標脫9筆.
    CountsApart "counts_apart",
    /// One is a sum and the other is not: 兩池合計20.6萬噸.
    Total "total_differs",
    /// Both times begin, or both end, something.
    SameEdge "same_edge",
    /// One begins or ends something and the other does not.
    OtherEdge "other_edge",
    /// Two times of one day.
    SameDay "same_day",
    /// Two days within a month, or two figures of one size.
    SoonAfter "values_near",
    /// Two days more than half a year apart, or two figures of quite another size.
    FarApart "values_far",
    /// Two periods.
    BothPeriods "both_periods",
    /// Two figures of one unit.
    SameUnit "same_unit",
    /// Both begin or end something, in clauses that are alike.
    EdgeAlike "same_edge_alike",
    /// How much more alike the words beside the differing value are than those beside the one that agrees.
    LocalMargin "local_margin",
    /// The same for the official value and where the report has it.
    UsedMargin "used_margin",
    /// Both: the report has two values the other way round.
    Swapped "swapped",
    /// One number with two units: 6.8坪, 6.8公頃.
    UnitSlip "slip_unit",
    /// The word that one of the clauses negates stands in the other.
    NegatedWord "negated_word",
    /// It does, and the statement has all of the claim's words.
    NegatedTold "negated_told",
    /// How alike the clauses are, against the pair of the report that is the most alike.
    NearestPair "nearest_pair",
}

/// One number a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Features(Box<[f64]>);

impl Default for Features {
    fn default() -> Self {
        Self(vec![0.0; COUNT].into_boxed_slice())
    }
}

impl Features {
    /// The number of a feature.
    #[must_use]
    pub fn get(&self, feature: Feature) -> f64 {
        self.0.get(feature as usize).copied().unwrap_or_default()
    }

    /// Sets the number of a feature.
    pub fn set(&mut self, feature: Feature, value: f64) {
        if let Some(slot) = self.0.get_mut(feature as usize) {
            *slot = value;
        }
    }

    pub(super) fn mark(&mut self, feature: Feature, yes: bool) {
        self.set(feature, if yes { 1.0 } else { 0.0 });
    }

    /// Sets the features that are made of others; a linear model cannot see that two things come together.
    pub(super) fn combine(&mut self) {
        let get = |feature| self.get(feature);
        let alike = (get(Feature::Words) + get(Feature::Context) + get(Feature::Characters)) / 3.0;
        let local = get(Feature::Before) + get(Feature::After) / 2.0;
        let best = get(Feature::BestForClaim) * get(Feature::BestForFact);
        let orphans = get(Feature::Orphans);
        let slips = [Feature::Power, Feature::Digits, Feature::Near, Feature::HalfDay, Feature::Per];
        let slip = slips.into_iter().map(get).sum::<f64>().min(1.0);
        let rumour = get(Feature::RumourAlike);
        let made = [
            (Feature::OrphansAlike, alike * orphans),
            (Feature::OrphansLocal, local * orphans),
            (Feature::CoveredAlike, alike * get(Feature::Covered)),
            (Feature::Best, best),
            (Feature::BestAlike, best * alike),
            (Feature::BestOrphans, best * orphans),
            (Feature::RumourBoth, rumour * get(Feature::RumourHeld)),
            (Feature::RumourSame, rumour * get(Feature::RumourValues)),
            (Feature::BothInCharge, get(Feature::ClaimInCharge) * get(Feature::FactInCharge)),
            (Feature::OrphanSlip, orphans * slip),
            (Feature::SlipAlike, alike * slip),
            (Feature::BesideAlike, alike * get(Feature::BesideSentence)),
            (Feature::NegatedDenied, get(Feature::ClaimNegated) * get(Feature::Denies)),
            (Feature::EdgeAlike, alike * get(Feature::SameEdge)),
            (Feature::Swapped, get(Feature::LocalMargin).max(0.0) * get(Feature::UsedMargin).max(0.0)),
            (Feature::NegatedTold, get(Feature::NegatedWord) * get(Feature::ClaimTold)),
            (Feature::CoveredFirst, get(Feature::Covered) * get(Feature::First)),
        ];
        for (feature, value) in made {
            self.set(feature, value);
        }
    }

    /// How alike the two clauses are, 3 in all.
    pub(super) fn nearness(&self) -> f64 {
        self.get(Feature::Words) + self.get(Feature::Context) + self.get(Feature::Characters)
    }

    /// All numbers, in the order of [`FEATURES`].
    #[must_use]
    pub fn all(&self) -> &[f64] {
        &self.0
    }
}
