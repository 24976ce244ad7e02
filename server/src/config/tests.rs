//! Which layer wins, and what is said when one is wrong.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// A folder with a file of this text, and the sources that read it.
fn sources(
    text: &str,
    variables: &[(&str, &str)],
    flags: &[(&'static str, &'static str, &str)],
) -> (TempDir, Sources) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, text).expect("written");
    let variable = |(name, value): &(&str, &str)| {
        (OsString::from(name), OsString::from(value))
    };
    let flag = |(key, name, value): &(&'static str, &'static str, &str)| Flag {
        key,
        name,
        value: (*value).to_owned(),
    };
    let sources = Sources {
        file: Some(path),
        environment: variables.iter().map(variable).collect(),
        flags: flags.iter().map(flag).collect(),
    };
    (folder, sources)
}

/// The faults, one a line, without the folder's name.
fn faults(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let (folder, sources) = sources(text, variables, &[]);
    let faults = load(&sources).expect_err("a fault").0;
    let folder = format!("{}/", folder.path().display());
    faults.iter().map(|it| it.to_string().replace(&folder, "")).collect()
}

#[test]
fn each_rank_wins_over_the_next() {
    let file = "[http]\nbind = '1.1.1.1:1'\n";
    let variable = ("COLOPHON__HTTP__BIND", "2.2.2.2:2");
    let flag = ("http.bind", "--bind", "3.3.3.3:3");
    for (text, variables, flags, bind, origin) in [
        ("", &[][..], &[][..], "127.0.0.1:8000", "default"),
        (file, &[], &[], "1.1.1.1:1", "settings.toml:2:8"),
        (file, &[variable], &[], "2.2.2.2:2", "COLOPHON__HTTP__BIND"),
        (file, &[variable], &[flag], "3.3.3.3:3", "flag --bind"),
        ("", &[], &[flag], "3.3.3.3:3", "flag --bind"),
    ] {
        let (_folder, sources) = sources(text, variables, flags);
        let loaded = load(&sources).expect("good settings");

        assert_eq!(loaded.config.http.bind.to_string(), bind);
        let shown = loaded.to_toml(true);
        let line = shown.lines().find(|it| it.starts_with("bind = "));
        let line = line.unwrap_or_else(|| panic!("no bind: {shown}"));
        assert!(line.ends_with(origin), "{line}");
    }
}

#[test]
fn every_setting_has_a_variable_that_sets_it() {
    for setting in SETTINGS {
        let text = match setting.accepts {
            Accepts::Address => "[::1]:9",
            Accepts::Switch => "true",
            Accepts::Number { .. } => "10000",
            Accepts::Word(words) => words[0],
            Accepts::Day => "2027-06-05",
            Accepts::Origins => "https://a.example,https://b.example",
            Accepts::Networks => "10.0.0.0/8,::1/128",
            Accepts::File => "other.onnx",
            Accepts::Database => "sqlite:other.db",
            Accepts::Text | Accepts::MaybeText | Accepts::Secret => "x",
            Accepts::Mailbox => "other@example.com",
        };
        let text = match setting.key {
            "auth.signing_key_days"
            | "database.readers"
            | "jobs.concurrency"
            | "jobs.max_attempts"
            | "jobs.retention_days" => "9",
            _ => text,
        };
        let variable = setting.variable();
        let (_folder, sources) = sources("", &[(&variable, text)], &[]);

        let loaded = load(&sources).expect(setting.key);

        let line = loaded.to_toml(true);
        assert!(line.contains(&format!("variable {variable}\n")), "{line}");
    }
}

#[test]
fn shown_settings_are_a_file_that_says_the_same() {
    let (_folder, first) = sources(
        "cors.origins = ['https://a.example']\n\
         versions.v1.sunset_on = 2030-01-01\n",
        &[("COLOPHON__LOG__LEVEL", "debug")],
        &[],
    );
    let loaded = load(&first).expect("good settings");
    for with_origin in [false, true] {
        let (_folder, again) = sources(&loaded.to_toml(with_origin), &[], &[]);
        let again = load(&again).expect("good settings");
        assert_eq!(again.config, loaded.config);
    }
}

#[test]
fn all_faults_are_told_at_once_with_their_places() {
    let text = "\
[http]
bind = 'localhost'
bnd = 1
max_body_bytes = 0
[htpp]
x = 1
[edge]
compression = 'yes'
max_connections = 99999999999999999999
[log]
level = 'trace'
[cors]
origins = ['http://localhost:3000/']
[database]
readers = 0
password = 'x'
";
    let variables = [
        ("COLOPHON__LOG__FORMAT", "xml"),
        ("COLOPHON__HTTP__BIMD", "x"),
        ("COLOPHON__LOG__NOTHING_LIKE_IT", "x"),
        ("COLOPHON_CONFIG", ""),
        ("OTHER", "x"),
    ];
    let all = faults(text, &variables).join("\n");
    expectorate::assert_contents(
        "tests/output/config-faults.txt",
        &(all + "\n"),
    );
}

#[test]
fn a_file_that_is_not_toml_is_told_by_line_with_the_other_faults() {
    let all = faults("[http]\nbind = 127.0.0.1:80\nport = 1\n[edge\n", &[]);

    assert!(all.len() >= 3, "{all:#?}");
    assert!(all[0].starts_with("settings.toml:2:"), "{all:#?}");
    assert!(all[1].starts_with("settings.toml:3:1: there is no"), "{all:#?}");
    assert!(all[2].starts_with("settings.toml:4:"), "{all:#?}");
}

#[test]
fn a_table_and_a_value_are_not_the_same() {
    assert_eq!(
        faults("http = 3\n[log.level]\nx = 1\n", &[]),
        [
            "settings.toml:1:8: http is no value; expected a table [http]",
            "settings.toml:2:1: log.level cannot be { x = 1 }; expected one of \
             error, warn, info, debug",
        ]
    );
}

#[test]
fn a_column_counts_characters() {
    let all = faults("http = { 'bündel' = 1, bind = 'ü' }\n", &[]);
    assert!(all[1].starts_with("settings.toml:1:31: http.bind"), "{all:#?}");
}

#[test]
fn a_fault_does_not_tell_a_password() {
    let url = "mysql://me:secret@db/x";
    for text in [
        format!("database.url = '{url}'"),
        format!("database.url = ['{url}']"),
        format!("database.url = {url}"),
        "database.url = 'mysql://db/x?password=secret'".to_owned(),
    ] {
        let variable = ("COLOPHON__DATABASE__URL", url);
        let all = faults(&text, &[variable]).join("\n");
        assert!(all.contains("me:***@db"), "{all}");
        assert!(!all.contains("secret"), "{all}");
    }
}

#[test]
fn the_password_for_mail_is_never_told() {
    let variable = ("COLOPHON__MAIL__PASSWORD", "hunter2");
    let (_folder, sources) = sources("", &[variable], &[]);
    let loaded = load(&sources).expect("good settings");
    assert_eq!(loaded.config.mail.password.reveal(), "hunter2");
    assert!(loaded.to_toml(true).contains("password = \"***\""));
    for told in [loaded.to_toml(true), format!("{:?}", loaded.config)] {
        assert!(!told.contains("hunter2"), "{told}");
    }
    let all = faults("mail.password = ['hunter2']\n", &[]).join("\n");
    assert!(all.contains("mail.password cannot be"), "{all}");
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn a_sunset_before_the_deprecation_is_refused() {
    let all = faults("versions.v1.sunset_on = '2025-12-31'\n", &[]);
    assert!(all[0].contains("not before"), "{all:#?}");
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let missing = PathBuf::from("nowhere/colophon.toml");
    let by_flag = Sources { file: Some(missing.clone()), ..Sources::default() };
    let by_variable = Sources {
        environment: vec![("COLOPHON_CONFIG".into(), missing.into())],
        ..Sources::default()
    };
    for (sources, name) in
        [(by_flag, "flag --config:"), (by_variable, "COLOPHON_CONFIG:")]
    {
        let told = load(&sources).expect_err("a fault").to_string();
        assert!(told.contains(name), "{told}");
        assert!(told.contains("cannot read nowhere/colophon.toml"), "{told}");
    }
    load(&Sources::default()).expect("no file is no fault if nobody named one");
}

#[test]
fn a_config_made_in_code_is_held_to_the_same_rules() {
    let mut config = Config::default();
    config.validate().expect("the defaults are good");

    config.database.readers = 0;
    config.edge.header_timeout_ms = 0;
    let faults = config.validate().expect_err("two faults");

    assert_eq!(faults.0.len(), 2, "{faults}");
}

#[test]
fn a_server_that_others_reach_asks_who_they_are() {
    for (bind, mode, asks) in [
        ("127.0.0.1:8000", "auto", Some(false)),
        ("[::1]:8000", "auto", Some(false)),
        ("[::ffff:127.0.0.1]:8000", "off", Some(false)),
        ("127.0.0.1:8000", "required", Some(true)),
        ("0.0.0.0:8000", "auto", Some(true)),
        ("[::]:8000", "required", Some(true)),
        ("192.168.0.7:8000", "off", None),
        ("0.0.0.0:8000", "off", None),
    ] {
        let file = format!("[auth]\nmode = '{mode}'\n");
        let flag = ("http.bind", "--bind", bind);
        let (_folder, sources) = sources(&file, &[], &[flag]);
        let loaded = load(&sources);
        let found = loaded.ok().map(|it| it.config.requires_tokens());
        assert_eq!(found, asks, "{bind}, {mode}");
    }
    let open = [("COLOPHON__HTTP__BIND", "0.0.0.0:80")];
    assert_eq!(
        faults("auth.mode = 'off'\n", &open),
        ["settings.toml:1:13: auth.mode cannot be off; expected required, \
          since others than this machine reach http.bind, 0.0.0.0:80"]
    );
}

#[test]
fn a_password_for_mail_goes_nowhere_in_the_clear() {
    for (host, tls, username, is_good) in [
        ("mail.example", "none", "me", false),
        ("192.0.2.7", "none", "me", false),
        ("localhost.example", "none", "me", false),
        ("mail.example", "none", "", true),
        ("mail.example", "starttls", "me", true),
        ("mail.example", "implicit", "me", true),
        ("localhost", "none", "me", true),
        ("127.0.0.2", "none", "me", true),
        ("::1", "none", "me", true),
    ] {
        let file = format!(
            "[mail]\ntransport = 'smtp'\nhost = '{host}'\ntls = '{tls}'\n\
             username = '{username}'\n"
        );
        let (_folder, sources) = sources(&file, &[], &[]);
        assert_eq!(load(&sources).is_ok(), is_good, "{file}");
    }
    let unused = "mail = { tls = 'none', host = 'a.example', username = 'me' }";
    let (_folder, sources) = sources(unused, &[], &[]);
    load(&sources).expect("mail goes into a folder");
    let secret = [("COLOPHON__MAIL__PASSWORD", "hunter2")];
    let text = "[mail]\ntransport = 'smtp'\ntls = 'none'\nhost = 'a.example'\n\
                username = 'me'\n";
    assert_eq!(
        faults(text, &secret),
        ["settings.toml:3:7: mail.tls cannot be none; expected starttls or \
          implicit, since mail.username and mail.password could be read on \
          the way to mail.host, a.example; a mail server on localhost or a \
          loopback address may go without"]
    );
}
