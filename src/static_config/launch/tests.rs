use super::*;
use crate::document::Document;
use crate::static_config::{is_compose, read_compose};
use std::path::Path;

fn read(text: &str, service: Option<&str>) -> Result<Launch, String> {
    let document = Document::parse(Format::Yaml, text.into()).unwrap();
    assert!(is_compose(&document));
    read_compose(&document, service, Path::new("/srv/proxy"), &|name| (name == "PORT").then(|| "8443".to_owned()))
}

#[test]
fn a_compose_file_gives_the_flags_of_its_traefik() {
    let text = "services:\n  app: {image: traefik/whoami}\n  db: {image: \"example.com:5000/nginx:traefik\"}\n  proxy:\n    image: example.com/library-traefik:v3.7@sha256:0\n    command:\n      - --entrypoints.web.address=:80\n      - --entryPoints.mongodb.address=:27017\n      - --providers.file.filename=/dyn.yml\n      - --entrypoints.web.http.tls\n";
    let config = read(text, None).unwrap().reading().config.unwrap();
    assert_eq!(config.entry_points.len(), 2);
    assert!(config.entry_point("web").unwrap().tls);
    assert_eq!(config.filename.as_deref(), Some("/dyn.yml"));
    assert!(read(text, Some("x")).is_err());
}

#[test]
fn paths_of_the_container_lead_through_volumes_and_configs() {
    let text = "services:\n  traefik:\n    image: traefik\n    volumes:\n      - ./dynamic:/dynamic:ro\n      - certs:/certs\n      - type: bind\n        source: ../keys\n        target: /keys\n    configs:\n      - source: main\n        target: /etc/traefik/traefik.yml\nconfigs:\n  main: {file: ./main.yml}\n";
    let paths = read(text, None).unwrap().paths;
    let host = |path: &str| paths.to_host(path).host().map(|path| path.display().to_string());
    assert_eq!(host("/dynamic/a.yml").as_deref(), Some("/srv/proxy/dynamic/a.yml"));
    assert_eq!((host("/certs/a.pem"), host("/elsewhere")), (None, None));
    assert_eq!(host("/keys").as_deref(), Some("/srv/proxy/../keys"));
    assert_eq!(host("/etc/traefik/traefik.yml").as_deref(), Some("/srv/proxy/main.yml"));
}

#[test]
fn one_dynamic_file_mounted_by_itself_is_a_fault_and_a_directory_is_none() {
    let text = |volume: &str| {
        format!(
            "services:\n  traefik:\n    image: traefik\n    command: --providers.file.directory=/dynamic/ --providers.file.watch=true\n    volumes: [{volume}]\n"
        )
    };
    let faults = |volume: &str| {
        let launch = read(&text(volume), None).unwrap();
        launch.mounted_files(&launch.reading().config.unwrap()).len()
    };
    assert_eq!(faults("./a.yml:/dynamic/a.yml"), 1);
    assert_eq!(faults("./dynamic:/dynamic, ./a.txt:/dynamic/a.txt, ./b.yml:/etc/b.yml"), 0);
}

#[test]
fn variables_count_only_where_there_are_no_flags_and_come_from_env_files_too() {
    let text = |command: &str| {
        format!(
            "services:\n  traefik:\n    image: '${{I:-traefik}}'\n    {command}\n    env_file: [a.env]\n    environment:\n      TRAEFIK_ENTRYPOINTS_WEB_ADDRESS: ':${{PORT}}'\n"
        )
    };
    let entry_points = |command: &str| {
        let mut launch = read(&text(command), None).unwrap();
        launch.add_env_file(
            "a.env",
            "# one\nTRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:1\nexport TRAEFIK_ENTRYPOINTS_MORE_ADDRESS=\":2\" # two\n",
        );
        let config = launch.reading().config.unwrap();
        config.entry_points.iter().map(|e| format!("{}{}", e.name, e.address)).collect::<Vec<_>>()
    };
    assert_eq!(entry_points("working_dir: /"), ["more:2", "web:8443"]);
    assert_eq!(entry_points("command: --entryPoints.webSecure.address=:443"), ["webSecure:443"]);
}

#[test]
fn flags_name_a_file_and_the_rest_is_then_ignored() {
    let launch = Launch::of_flags("--configFile traefik.yml --log.level=DEBUG");
    assert_eq!(launch.config_file().map(|(file, _)| file).as_deref(), Some("traefik.yml"));
    assert_eq!(launch.ignored().len(), 1);
    assert!(Launch::of_flags("--configfile=traefik.yml").ignored().is_empty());
}
