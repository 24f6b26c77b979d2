//! The cases of a period with what is counted beside them.

use super::{judged, summary, watched};
use crate::{
    domain::Period,
    store::{Store, StoreError},
    workflow::{corrections::Judge, statistics::Counted},
};

/// The cases that became known in a period, each with the sort of its first report and with what the outlets did. One after
/// the other, so that memory holds one case; it reads every version of their reports word by word, which is work for a thread
/// of its own.
///
/// # Errors
/// When the database does not answer.
pub async fn counted(store: &Store, judge: &Judge, period: Period) -> Result<Vec<Counted>, StoreError> {
    let mut all = Vec::new();
    for case in store.cases_known(period).await? {
        let Some(dossier) = store.dossier(&case.id).await? else { continue };
        let watched = watched(store, &dossier).await?;
        // What the latest release says is what an outlet may have taken over; time counts from the first.
        let went_out = store.releases_of_case(&case.id).await?;
        let told = went_out.last().map(|it| it.issued_at).zip(went_out.first().map(|it| &it.releasing.text));
        let remedies = summary(&judged(judge, watched, told)).by_remedy;
        let sort = dossier.reports.first().map(|report| report.sort.clone());
        all.push(Counted { case, sort, remedies });
    }
    Ok(all)
}
