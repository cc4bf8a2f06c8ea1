use super::*;

fn read(text: &str, service: Option<&str>) -> Result<Compose, String> {
    let document = Document::parse(Format::Yaml, text.into()).unwrap();
    assert!(is_compose(&document));
    Compose::read(&document, service, Path::new("/srv/proxy"), &|name| (name == "PORT").then(|| "8443".to_owned()))
}

#[test]
fn a_compose_file_gives_the_flags_of_its_traefik() {
    let text = "services:\n  app: {image: nginx}\n  proxy:\n    image: traefik:v3.7\n    command:\n      - --entrypoints.web.address=:80\n      - --entryPoints.mongodb.address=:27017\n      - --providers.file.filename=/dyn.yml\n      - --entrypoints.web.http.tls\n";
    let config = read(text, None).unwrap().reading().config.unwrap();
    assert_eq!(config.entry_points.len(), 2);
    assert!(config.entry_point("web").unwrap().tls);
    assert_eq!(config.filename.as_deref(), Some("/dyn.yml"));
    assert!(read(text, Some("x")).is_err());
}
