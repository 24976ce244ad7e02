//! The `colophon` command as people and their scripts see it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use expectorate::assert_contents;
use tempfile::TempDir;

/// The command in an empty folder, without our own environment.
fn colophon(folder: &TempDir, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_colophon"));
    command.args(args.split_whitespace()).current_dir(folder).env_clear();
    command
}

fn run(folder: &TempDir, args: &str) -> (Output, String, String) {
    let output = colophon(folder, args).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

#[test]
fn help_says_what_it_is() {
    let folder = folder();
    for (args, file) in [
        ("--help", "help.txt"),
        ("-h", "help-short.txt"),
        ("config show --help", "help-config-show.txt"),
        ("migrate --help", "help-migrate.txt"),
        ("user --help", "help-user.txt"),
        ("user create --help", "help-user-create.txt"),
        ("key --help", "help-key.txt"),
        ("key create --help", "help-key-create.txt"),
        ("job --help", "help-job.txt"),
        ("audit export -h", "help-audit-export.txt"),
    ] {
        let (output, out, _) = run(&folder, args);
        assert_eq!(output.status.code(), Some(0), "{args}");
        assert_contents(Path::new("tests/output").join(file), &out);
    }
}

#[test]
fn version_is_one_line() {
    let (_, out, _) = run(&folder(), "--version");
    assert_eq!(out, format!("colophon {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_settings_are_shown_with_their_origins() {
    let folder = folder();
    std::fs::write(
        folder.path().join("colophon.toml"),
        "[http]\nbind = '127.0.0.1:0'\nlegacy_root_paths = false\n",
    )
    .expect("written");
    let output = colophon(&folder, "config show --origin --bind 0.0.0.0:80")
        .env("COLOPHON__VERSIONS__V1__SUNSET_ON", "2030-01-01")
        .output()
        .expect("it runs");

    assert_eq!(output.status.code(), Some(0));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_contents("tests/output/config-show-origin.txt", &shown);
}

#[test]
fn wrong_settings_are_told_at_once_and_exit_2() {
    let folder = folder();
    std::fs::write(folder.path().join("colophon.toml"), "[log]\nlevle = 1\n")
        .expect("written");
    let output = colophon(&folder, "--bind nowhere --log-format xml")
        .env("COLOPHON__DATABASE__READERS", "0")
        .output()
        .expect("it runs");

    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert_contents("tests/output/wrong-settings.txt", &told);
}

#[test]
fn wrong_arguments_exit_2() {
    for args in ["--bimd x", "serv", "config", "completions basic"] {
        let (output, _, told) = run(&folder(), args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        assert!(told.contains("colophon") || told.contains("error: "));
    }
}

#[test]
fn the_schema_is_looked_at_and_brought_up_to_date() {
    let folder = folder();
    let code = |output: &Output| output.status.code();
    let (output, missing, _) = run(&folder, "migrate status");
    assert_eq!(code(&output), Some(4));
    assert!(missing.starts_with("V1  pending  catalogue\n"), "{missing}");
    assert!(!folder.path().join("colophon.db").exists());

    let (output, done, _) = run(&folder, "migrate up");
    assert_eq!(code(&output), Some(0));
    let all = missing.replace("pending", "applied");
    assert_eq!(done, format!("{all}sqlite:colophon.db is up to date\n"));
    let (output, again, _) = run(&folder, "migrate up");
    assert_eq!(code(&output), Some(0));
    assert_eq!(again, "sqlite:colophon.db was up to date\n");
    let (output, status, _) = run(&folder, "migrate status");
    assert_eq!((code(&output), status), (Some(0), all));
}

/// Runs a command that is given this on stdin.
fn tell(folder: &TempDir, args: &str, stdin: &str) -> (Output, String) {
    let mut child = colophon(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(stdin.as_bytes()).expect("written");
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    let told = [&output.stdout[..], &output.stderr[..]].concat();
    (output, String::from_utf8(told).expect("UTF-8"))
}

/// The operations in the audit log, all of them by whoever runs the server.
fn recorded(folder: &TempDir) -> Vec<String> {
    let (_, log, _) = run(folder, "audit export");
    let line = |line: &str| {
        let event: serde_json::Value =
            serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(event["subject"], "operator");
        event["operation"].as_str().expect("a name").to_owned()
    };
    log.lines().map(line).collect()
}

#[test]
fn users_are_made_by_command() {
    let folder = folder();
    let create = "user create ann --email ann@example.org --role admin \
                  --password-stdin";
    let (output, told) = tell(&folder, create, "correct horse\n");
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(told, "ann is user 1, with the role admin\n");
    let (output, told) = tell(&folder, create, "correct horse\n");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told, "colophon: username ann is taken by user 1\n");

    let (output, _, told) = run(&folder, "user set-role ANN viewer");
    assert_eq!(output.status.code(), Some(1), "{told}");
    let last = "colophon: user 1 is the last active admin; make another user \
                an admin first\n";
    assert_eq!(told, last);
    let create = "user create bob --email bob@example.org --role admin \
                  --password-stdin";
    tell(&folder, create, "correct horse\n");
    let (output, told, _) = run(&folder, "user set-role ANN viewer");
    assert_eq!(output.status.code(), Some(0), "{told}");
    let (_, table, _) = run(&folder, "user list");
    assert_contents("tests/output/user-list.txt", &table);
    let (_, list, _) = run(&folder, "user list --format json");
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list[0]["username"], "ann");
    assert_eq!(list[0]["role"], "viewer");
    assert!(!list.to_string().contains("argon2"));
    let reset = "user reset-password ann --password-stdin";
    let (output, told) = tell(&folder, reset, "another horse\r\n");
    assert_eq!(output.status.code(), Some(0), "{told}");
    let (output, _, told) = run(&folder, "user set-role cat viewer");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(told, "colophon: user cat not found\n");
    let commands =
        ["user create", "user create", "user set-role", "user reset-password"];
    assert_eq!(recorded(&folder), commands);
}

#[test]
fn a_user_whom_the_contract_refuses_exits_2() {
    let folder = folder();
    let create = "user create a-b --email nowhere --password-stdin";
    let (output, told) = tell(&folder, create, "secret\n");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(
        told,
        "colophon: username: String should match pattern \
         '^[a-zA-Z0-9_]+$'; email: Value error, it is not a valid email \
         address; password: String should have at least 8 characters\n"
    );
    let silent = "user create ann --email ann@example.org";
    let (output, told) = tell(&folder, silent, "correct horse\n");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("--password-stdin"), "{told}");
    for args in [
        "user create ann --email a@b.c --role owner",
        "key create --user ann --name x",
        "key create --user ann --name x --scope everything",
        "key create --user ann --name x --scope catalog:read --expires-in 1y",
    ] {
        let (output, _, told) = run(&folder, args);
        assert_eq!(output.status.code(), Some(2), "{args}: {told}");
    }
}

#[test]
fn keys_are_made_and_ended_by_command() {
    let folder = folder();
    let create = "user create ann --email ann@example.org --password-stdin";
    tell(&folder, create, "correct horse\n");
    let create = "key create --user ann --name import --scope catalog:read";
    let (output, key, _) = run(&folder, create);
    assert_eq!(output.status.code(), Some(0));
    assert!(key.starts_with("colophon_") && key.lines().count() == 1);
    let (_, list, _) = run(&folder, "key list --user ann --format json");
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    let shown = list[0]["key"].as_str().expect("a prefix");
    assert!(key.contains(shown));
    assert_eq!(list[0]["scopes"], serde_json::json!(["catalog:read"]));

    let (output, _, told) = run(&folder, &format!("key revoke {shown}"));
    assert_eq!(output.status.code(), Some(0), "{told}");
    let (_, table, _) = run(&folder, "key list");
    assert!(table.contains("  revoked  ") && table.contains("  never"));
    let (output, _, told) = run(&folder, &format!("key revoke {key}"));
    assert_eq!(output.status.code(), Some(1), "{told}");
    let beyond = "key create --user ann --name x --scope catalog:write";
    let (output, _, told) = run(&folder, beyond);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let (output, _, told) = run(&folder, "key rotate-signing");
    assert_eq!(output.status.code(), Some(0), "{told}");
    let commands =
        ["user create", "key create", "key revoke", "key rotate-signing"];
    assert_eq!(recorded(&folder), commands);
}

#[test]
fn the_audit_log_is_exported_a_line_an_event() {
    let folder = folder();
    let (_, out, _) = run(&folder, "audit export");
    assert_eq!(out, "");
    let mut server = start(&folder, "--bind 127.0.0.1:0 --sample-data");
    signal(&server.child, "TERM");
    assert!(server.child.wait().expect("it ends").success());

    let (output, out, told) = run(&folder, "audit export");

    assert_eq!(output.status.code(), Some(0), "{told}");
    let line = |line| serde_json::from_str(line).expect("a line of JSON");
    let events: Vec<serde_json::Value> = out.lines().map(line).collect();
    assert_eq!(events.len(), 10, "five books, two models, three items");
    assert_eq!(events[0]["subject"], "system");
    assert_eq!(events[0]["operation"], "sample_data");
    assert_eq!(events[0]["resource_id"], "1");
    assert_eq!(events[0]["before"], serde_json::Value::Null);
    assert_eq!(events[0]["after"]["title"], "Clean Code");

    for (span, count) in [
        ("--since 2000-01-01T00:00:00Z", 10),
        ("--until 2000-01-01T00:00:00Z", 0),
        ("--since 2999-01-01T00:00:00+01:00", 0),
    ] {
        let (_, out, _) = run(&folder, &format!("audit export {span}"));
        assert_eq!(out.lines().count(), count, "{span}");
    }
    let (output, _, _) = run(&folder, "audit export --since yesterday");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn jobs_are_listed_and_tried_anew() {
    let folder = folder();
    run(&folder, "migrate up");
    let add = "INSERT INTO jobs
        (kind, payload, state, attempts, due_at, error, created_at) VALUES
        ('welcome_mail', '{}', 'dead', 8, NULL, 'no\nluck', 1000000),
        ('make_report', '{}', 'waiting', 0, 2000000, NULL, 1000000)";
    let file = folder.path().join("colophon.db");
    let database = rusqlite::Connection::open(file).expect("a database");
    database.execute(add, []).expect("written");
    let dead = "1  welcome_mail  dead  8  1970-01-01T00:00:01Z  -  no luck\n";
    let waiting = "2  make_report  waiting  0  1970-01-01T00:00:01Z  \
                   1970-01-01T00:00:02Z  -\n";
    for (args, listed) in [
        ("job list", format!("{dead}{waiting}")),
        ("job list --state dead", dead.to_owned()),
        ("job list --state running", String::new()),
    ] {
        let (output, out, told) = run(&folder, args);
        assert_eq!((output.status.code(), out), (Some(0), listed), "{told}");
    }

    let (output, _, told) = run(&folder, "job retry 1 2 7");
    assert_eq!(output.status.code(), Some(1));
    let refused = "colophon: no job 2 has failed too often\n\
                   colophon: no job 7 has failed too often\n";
    assert_eq!(told, refused);
    let (_, out, _) = run(&folder, "job list --state waiting");
    assert!(out.starts_with("1  welcome_mail  waiting  0  "), "{out}");
    let (output, _, _) = run(&folder, "job retry 1");
    assert_eq!(output.status.code(), Some(1), "it waits already");
    assert_eq!(recorded(&folder), ["job retry"]);
    let (_, log, _) = run(&folder, "audit export");
    let event: serde_json::Value = serde_json::from_str(&log).expect("JSON");
    assert_eq!(event["resource_id"], "1");
    for (state, is, attempts) in
        [("before", "dead", 8), ("after", "waiting", 0)]
    {
        assert_eq!(event[state]["state"], is);
        assert_eq!(event[state]["attempts"], attempts);
    }
    assert!(!log.contains("no\\nluck"), "why it failed is not told: {log}");
}

#[test]
fn a_newer_schema_exits_3() {
    let folder = folder();
    run(&folder, "migrate up");
    let database =
        rusqlite::Connection::open(folder.path().join("colophon.db"));
    let newer = "INSERT INTO refinery_schema_history
        VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')";
    database.expect("a database").execute(newer, []).expect("written");
    for args in ["migrate status", "migrate up", "--log-format terminal"] {
        let (output, _, told) = run(&folder, args);
        assert_eq!(output.status.code(), Some(3), "{args}: {told}");
        assert!(told.contains("has schema 9999"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn a_database_that_is_away_is_one_line_and_exits_1() {
    let folder = folder();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = nobody.local_addr().expect("an address");
    drop(nobody);
    let database = format!("--database postgres://me:secret@{address}/books");
    for args in ["migrate status", "migrate up", "--log-format terminal"] {
        let (output, _, told) = run(&folder, &format!("{args} {database}"));
        assert_eq!(output.status.code(), Some(1), "{args}: {told}");
        let line =
            "colophon: cannot connect to the database postgres://me:***@";
        assert!(told.starts_with(line), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (output, out, _) = run(&folder(), &format!("completions {shell}"));
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(out.contains("colophon"), "{shell}");
    }
}

/// A server, and the record in which it says where it is.
struct Running {
    child: Child,
    ready: serde_json::Value,
    rest: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

fn start(folder: &TempDir, args: &str) -> Running {
    let mut child =
        colophon(folder, args).stderr(Stdio::piped()).spawn().expect("it runs");
    let stderr = child.stderr.take().expect("a pipe");
    let mut rest = BufReader::new(stderr).lines();
    let ready = rest
        .by_ref()
        .map(|line| line.expect("a line"))
        .map(|line| {
            serde_json::from_str(&line)
                .unwrap_or_else(|_| panic!("JSON: {line}"))
        })
        .find(|line: &serde_json::Value| line["msg"] == "ready")
        .expect("it becomes ready");
    Running { child, ready, rest }
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(done.success());
}

#[test]
fn either_signal_ends_it_with_0() {
    for name in ["TERM", "INT"] {
        let folder = folder();
        let mut server = start(&folder, "serve --bind 127.0.0.1:0");
        let docs = server.ready["docs"].as_str().expect("an address");
        assert!(docs.starts_with("http://127.0.0.1:"), "{docs}");
        let database = server.ready["database"].as_str().expect("an address");
        assert!(database.ends_with("/colophon.db"), "{database}");

        signal(&server.child, name);

        let rest: Vec<_> =
            server.rest.by_ref().map(|line| line.expect("a line")).collect();
        let status = server.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{rest:?}");
        assert!(rest.iter().any(|it| it.contains(r#""msg":"stopped""#)));
    }
}

#[test]
fn a_model_that_cannot_be_used_is_one_line_and_exits_1() {
    let folder = folder();
    let settings = "[prediction]\nmodel = 'broken.onnx'\n";
    std::fs::write(folder.path().join("colophon.toml"), settings)
        .expect("a file");
    std::fs::write(folder.path().join("broken.onnx"), "{}").expect("a file");

    let (output, _, told) =
        run(&folder, "--config colophon.toml --log-format terminal");

    assert_eq!(output.status.code(), Some(1));
    let line = "colophon: the model is no ONNX model: ";
    assert!(told.starts_with(line), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_taken_port_is_one_line_and_exits_1() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let (output, _, told) =
        run(&folder, &format!("--bind {address} --log-format terminal"));

    assert_eq!(output.status.code(), Some(1));
    let line = format!("colophon: cannot listen on {address}: ");
    assert!(told.starts_with(&line), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}
