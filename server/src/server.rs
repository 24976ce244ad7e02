//! Putting the parts together, and taking them apart again.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dropshot::{
    ApiDescription, ConfigDropshot, HandlerTaskMode, HttpServer, ServerBuilder,
    VersionPolicy,
};
use slog::{Discard, Logger, info, o, warn};

use crate::api::{self, EndpointError};
use crate::app::{self, App};
use crate::config::{Config, Faults};
use crate::contract::{Contract, LoadError};
use crate::edge::{self, Edge, Secret};
use crate::http::{
    AnswerCache, ApiVersion, Contexts, Contracts, InlineErrorChain, Inside,
    Mounted, Negotiation, Service, Settings, Tokens, mount,
};
use crate::inference::{self, Predictor};
use crate::jobs::{self, Jobs};
use crate::mail::{self, Mailer};
use crate::metrics::Metrics;
use crate::pages::{PagesContext, Part, Readiness};
use crate::store::{self, Store};

/// What keeps a server from starting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is not accepted.
    #[error(transparent)]
    Config(#[from] Faults),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The key that signs page tokens cannot be had.
    #[error("cannot read or make the signing key")]
    Key(#[source] app::Error),
    /// Whether there are users cannot be read.
    #[error("cannot read the users")]
    Users(#[source] app::Error),
    /// The sample data cannot be written.
    #[error("cannot write the sample data")]
    SampleData(#[source] app::Error),
    /// The model that makes predictions cannot be used.
    #[error(transparent)]
    Model(#[from] inference::LoadError),
    /// Mail cannot be sent as the settings say.
    #[error("mail cannot be set up")]
    Mail(#[from] mail::Error),
    /// The listener that the world sees cannot start.
    #[error(transparent)]
    Edge(#[from] edge::Error),
    /// A contract that is compiled in cannot be executed, which a test rules
    /// out.
    #[error("a contract cannot be executed")]
    Contract(#[from] LoadError),
    /// An endpoint cannot be mounted, likewise.
    #[error("the endpoints cannot be mounted")]
    Endpoints(#[from] EndpointError),
    /// The API server cannot start.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What dropshot said.
        source: Box<dropshot::BuildError>,
    },
}

/// What runs before the store.
struct Running {
    api: HttpServer<Service>,
    edge: Option<Edge>,
    jobs: Option<Jobs>,
}

/// A running server. Dropping it closes every connection at once.
pub struct Server {
    local_addr: SocketAddr,
    edge: Option<Edge>,
    api: HttpServer<Service>,
    jobs: Option<Jobs>,
    store: Store,
    shutdown_timeout: Duration,
    log: Logger,
}

/// Starts a server; it serves in the background until [`Server::close`].
///
/// # Errors
///
/// [`StartError`] if a setting is wrong, the database cannot be used, or the
/// address cannot be had.
pub async fn start(config: Config, log: Logger) -> Result<Server, StartError> {
    config.validate()?;
    let store_log = component(&log, "store");
    let store = Store::open(&config.database, store_log).await?;
    let started = start_on(&config, &log, store.clone()).await;
    let Running { api, edge, jobs } = match started {
        Ok(running) => running,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    let outer = edge.as_ref().map(Edge::local_addr);
    Ok(Server {
        local_addr: outer.unwrap_or_else(|| api.local_addr()),
        edge,
        api,
        jobs,
        store,
        shutdown_timeout: Duration::from_millis(
            config.http.shutdown_timeout_ms,
        ),
        log,
    })
}

/// The model that makes predictions, unless none is wanted.
fn predictor(
    config: &Config,
    metrics: &Arc<Metrics>,
) -> Result<Option<Predictor>, inference::LoadError> {
    let wanted = &config.prediction;
    if !wanted.enabled {
        return Ok(None);
    }
    let file = (!wanted.model.is_empty()).then(|| Path::new(&wanted.model));
    Predictor::load(file, Arc::clone(metrics)).map(Some)
}

/// Starts what stands before the store.
async fn start_on(
    config: &Config,
    log: &Logger,
    store: Store,
) -> Result<Running, StartError> {
    let metrics = Arc::new(Metrics::new());
    let app = App::new(store, component(log, "app"));
    let mut app = app.with_auth(&config.auth);
    if let Some(predictor) = predictor(config, &metrics)? {
        app = app.with_predictor(predictor);
    }
    if config.database.sample_data {
        app.fill_sample_data().await.map_err(StartError::SampleData)?;
    }
    if config.requires_tokens() {
        tell_if_nobody_can_sign_in(&app, log).await?;
    }
    let jobs = jobs(config, &app, &metrics, log).await?;
    let health = jobs.as_ref().map(Jobs::health);
    match listen(config, log, app, metrics, health).await {
        Ok((api, edge)) => Ok(Running { api, edge, jobs }),
        Err(error) => {
            if let Some(jobs) = jobs {
                jobs.close(Duration::ZERO).await;
            }
            Err(error)
        }
    }
}

/// Begins to do jobs, if this server does any.
async fn jobs(
    config: &Config,
    app: &App,
    metrics: &Arc<Metrics>,
    log: &Logger,
) -> Result<Option<Jobs>, StartError> {
    if !config.jobs.enabled {
        return Ok(None);
    }
    let mailer = Mailer::new(&config.mail)?;
    let (app, metrics) = (app.clone(), Arc::clone(metrics));
    let log = component(log, "jobs");
    clear_drafts(&mailer, &log).await;
    Ok(Some(Jobs::start(&config.jobs, app, mailer, metrics, log)))
}

/// Removes what a kill has left of mails. It is in nobody's way, so a server
/// that cannot do so starts nevertheless.
async fn clear_drafts(mailer: &Mailer, log: &Logger) {
    match mailer.clear_drafts().await {
        Ok(0) => {}
        Ok(count) => {
            info!(log, "drafts of mails were removed"; "count" => count);
        }
        Err(error) => warn!(log, "drafts of mails cannot be removed";
            "error" => %InlineErrorChain(&error)),
    }
}

/// Starts what the world is answered by.
async fn listen(
    config: &Config,
    log: &Logger,
    app: App,
    metrics: Arc<Metrics>,
    jobs: Option<jobs::Health>,
) -> Result<(HttpServer<Service>, Option<Edge>), StartError> {
    let key = app.signing_key().await.map_err(StartError::Key)?;
    let secret = config.edge.enabled.then(Secret::random);
    let mounted = mounted(config)?;
    let routes = Arc::new(mounted.routes);
    let contexts = Arc::new(Contexts::default());
    let log_health = component(log, "health");
    let ready = Ready { app: app.clone(), jobs, log: log_health };
    let (v1, v2) = (Contract::v1()?, Contract::v2()?);
    let ready = Arc::new(ready);
    let service = Service {
        app,
        tokens: Tokens::new(&key),
        answers: AnswerCache::new(config.http.answer_cache_bytes),
        pages: PagesContext::new(&v1, &v2, Arc::clone(&metrics), ready),
        contracts: Contracts { v1, v2 },
        metrics,
        routes: Arc::clone(&routes),
        nodes: mounted.nodes,
        contexts: Arc::downgrade(&contexts),
        settings: Settings::new(config),
        log: component(log, "api"),
    };
    let api = serve(config, mounted.api, service, secret.clone())?;
    let Some(secret) = secret else { return Ok((api, None)) };
    let (addr, log) = (api.local_addr(), component(log, "edge"));
    let inside = Arc::new(Inside { routes, contexts });
    let edge = Edge::start(config, addr, secret, inside, log).await?;
    Ok((api, Some(edge)))
}

/// A server that nobody can use is a server whose first user is missing.
async fn tell_if_nobody_can_sign_in(
    app: &App,
    log: &Logger,
) -> Result<(), StartError> {
    if !app.has_users().await.map_err(StartError::Users)? {
        warn!(
            log,
            "nobody can sign in yet; make a user with \
            `colophon user create NAME --email EMAIL --role admin`"
        );
    }
    Ok(())
}

fn component(log: &Logger, name: &'static str) -> Logger {
    log.new(o!("component" => name))
}

fn mounted(config: &Config) -> Result<Mounted, EndpointError> {
    let versions = ApiVersion::ALL.map(|it| (it, api::endpoints(it)));
    Ok(mount(&versions, config.http.legacy_root_paths)?)
}

/// Starts dropshot: behind the edge on a loopback port that nobody is told,
/// without an edge where the world is to find it.
fn serve(
    config: &Config,
    api: ApiDescription<Service>,
    service: Service,
    secret: Option<Secret>,
) -> Result<HttpServer<Service>, StartError> {
    let inner = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let addr = if secret.is_some() { inner } else { config.http.bind };
    let settings = ConfigDropshot {
        bind_address: addr,
        // A write that has begun is finished by the store, not by the handler.
        default_handler_task_mode: HandlerTaskMode::CancelOnDisconnect,
        ..ConfigDropshot::default()
    };
    let policy = VersionPolicy::Dynamic(Box::new(Negotiation { secret }));
    // dropshot writes several lines for each request; the edge writes one.
    ServerBuilder::new(api, service, Logger::root(Discard, o!()))
        .config(settings)
        .version_policy(policy)
        .start()
        .map_err(|source| StartError::Listen { addr, source: source.into() })
}

impl Server {
    /// The address that it listens on; tells which port 0 became.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops taking connections and jobs, lets requests and jobs under way
    /// finish for at most `http.shutdown_timeout_ms` each, and closes the
    /// database.
    pub async fn close(self) {
        let deadline = self.shutdown_timeout;
        if let Some(jobs) = &self.jobs {
            jobs.stop();
        }
        if let Some(edge) = self.edge {
            edge.close(deadline).await;
        }
        // Requests of the edge are done by now; those of others may not be.
        match tokio::time::timeout(deadline, self.api.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                warn!(self.log, "the API server failed"; "error" => error);
            }
            Err(_) => warn!(self.log, "requests were cut off"),
        }
        if let Some(jobs) = self.jobs {
            jobs.close(deadline).await;
        }
        self.store.close().await;
    }
}

/// Whether the database works, its schema is complete, and jobs are done.
struct Ready {
    app: App,
    /// None where jobs are left to another server.
    jobs: Option<jobs::Health>,
    log: Logger,
}

impl Ready {
    async fn database_works(&self) -> bool {
        let outcome = self.app.store().ping().await;
        if let Err(error) = &outcome {
            warn!(self.log, "the database does not answer";
                "error" => %InlineErrorChain(error));
        }
        outcome.is_ok()
    }

    async fn is_migrated(&self) -> bool {
        let outcome = self.app.store().is_migrated().await;
        match &outcome {
            Ok(true) => {}
            Ok(false) => warn!(self.log, "the schema is not complete"),
            Err(error) => warn!(self.log, "the schema cannot be read";
                "error" => %InlineErrorChain(error)),
        }
        outcome.unwrap_or(false)
    }
}

#[async_trait]
impl Readiness for Ready {
    /// Of a database that does not answer, nothing is told of its schema.
    async fn check(&self) -> Vec<Part> {
        let works = self.database_works().await;
        let mut parts = vec![Part { name: "database", works }];
        if works {
            let works = self.is_migrated().await;
            parts.push(Part { name: "migrations", works });
        }
        let jobs = self.jobs.as_ref();
        parts.extend(
            jobs.map(|it| Part { name: "job_queue", works: it.is_good() }),
        );
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_after_the_first_need_no_connection_inward() {
        let mut config = Config::default();
        config.http.bind = (Ipv4Addr::LOCALHOST, 0).into();
        config.database.url = "sqlite::memory:".to_owned();
        let log = Logger::root(Discard, o!());
        let server = start(config, log).await.expect("starts");
        let service = server.api.app_private();
        let contexts = service.contexts.upgrade().expect("an edge");
        let client = reqwest::Client::new();
        // An operation, a node's, a page, and what dropshot refuses.
        for (method, path, status) in [
            ("GET", "/api/v1/books", 200),
            ("GET", "/api/v1/books/7", 404),
            ("POST", "/api/v2/books", 422),
            ("OPTIONS", "/api/v1/books", 204),
            ("PATCH", "/api/v1/books/search", 405),
            ("HEAD", "/health/live", 200),
            ("GET", "/nothing", 404),
            ("DELETE", "/api/v1/books", 405),
        ] {
            let url = format!("http://{}{path}", server.local_addr());
            let method = method.parse().expect("a method");
            let answer = client.request(method, url).send().await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(contexts.resting(), 1, "{path}");
        }
        drop(contexts);
        server.close().await;
    }
}
