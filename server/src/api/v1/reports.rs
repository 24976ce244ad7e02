//! Reports: asked for at once, made in the background.

mod wire;

use dropshot::{HttpResponseAccepted, HttpResponseOk, endpoint};

use crate::http::{Answer, Body, Located, Path, Rq, serve};
use wire::{Accepted, Report, ReportAccepted, ReportCreate, ReportPath};

/// Ask for a report
#[endpoint { method = POST, path = "/reports", tags = ["reports"] }]
pub(crate) async fn report_create(
    rq: Rq,
    body: Body<ReportCreate>,
) -> Answer<Accepted> {
    serve(rq, body, async |call, asked| {
        let (kind, filter) = asked.read();
        let report = call.app().report_create(kind, filter).await?;
        let location = call.below(&report.id);
        let accepted = ReportAccepted::new(report.id, location.clone());
        let accepted = HttpResponseAccepted(accepted);
        Ok(Accepted::new(accepted, Located { location }))
    })
    .await
}

/// Fetch a report
#[endpoint { method = GET, path = "/reports/{report_id}", tags = ["reports"] }]
pub(crate) async fn report_view(
    rq: Rq,
    path: Path<ReportPath>,
) -> Answer<HttpResponseOk<Report>> {
    serve(rq, path, async |call, path| {
        let report = call.app().report_view(path.id()).await?;
        Ok(HttpResponseOk(report.into()))
    })
    .await
}
