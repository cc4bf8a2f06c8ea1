use super::*;

fn grant(hosts: &[&str], targets: &[&str]) -> Grant {
    Grant {
        hosts: hosts.iter().map(|host| host.parse().unwrap()).collect(),
        targets: targets.iter().map(|target| target.parse().unwrap()).collect(),
        max_routes: 2,
        entry_points: Vec::new(),
    }
}

#[test]
fn hosts_are_granted_label_by_label() {
    let grant = grant(&["db.example.com", "*.web-7.example.com"], &[]);
    let may = |host: &str| grant.allows_host(&host.parse().unwrap()).is_ok();
    for host in ["db.example.com", "DB.example.com.", "a.web-7.example.com", "*.web-7.example.com"] {
        assert!(may(host), "{host}");
    }
    for host in [
        "web-7.example.com",
        "a.b.web-7.example.com",
        "xweb-7.example.com",
        "a.xweb-7.example.com",
        "*.example.com",
        "example.com",
        "*",
        "a.db.example.com",
        "*.db.example.com",
    ] {
        assert!(!may(host), "{host}");
    }
    assert!("*".parse::<HostPattern>().is_err());
}

#[test]
fn targets_are_granted_by_network_and_port() {
    let grant = grant(&[], &["10.8.0.7:3000-3999", "10.9.0.0/24", "[fd00::/64]:80", "fd01::1"]);
    let own = Own { addresses: vec!["10.9.0.1".parse().unwrap()], ports: vec![8080] };
    let may = |address: &str, port: u16| grant.allows_target(address.parse().unwrap(), port, &own);
    for (address, port) in [
        ("10.8.0.7", 3000),
        ("10.8.0.7", 3999),
        ("::ffff:10.8.0.7", 3000),
        ("10.9.0.200", 1),
        ("fd00::5", 80),
        ("fd01::1", 65535),
    ] {
        assert_eq!(may(address, port), Ok(()), "{address} {port}");
    }
    for (address, port) in
        [("10.8.0.7", 2999), ("10.8.0.8", 3000), ("10.9.1.0", 1), ("fd00:0:0:1::1", 80), ("fd00::5", 81)]
    {
        assert!(matches!(may(address, port), Err(Denied::Target(..))), "{address} {port}");
    }
    assert!(matches!(may("10.9.0.1", 8080), Err(Denied::OwnPort(..))));
    assert!(matches!(may("10.9.0.1", 80), Err(Denied::Forbidden(..))), "this machine's own");
}

#[test]
fn what_is_dangerous_must_be_granted_by_itself() {
    let everything = grant(&[], &["0.0.0.0/0", "::/0"]);
    let own = Own { addresses: vec!["192.0.2.1".parse().unwrap()], ports: vec![80, 9090] };
    for address in [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "ff02::1",
        "192.0.2.1",
    ] {
        let denied = everything.allows_target(address.parse().unwrap(), 3000, &own);
        assert!(matches!(denied, Err(Denied::Forbidden(..))), "{address}: {denied:?}");
    }
    assert_eq!(everything.allows_target("192.0.2.2".parse().unwrap(), 80, &own), Ok(()));
    for (range, address) in
        [("127.0.0.0/8", "127.0.0.1"), ("127.0.0.1:3000", "127.0.0.1"), ("192.0.2.1", "192.0.2.1"), ("::1", "::1")]
    {
        let grant = grant(&[], &[range]);
        assert_eq!(grant.allows_target(address.parse().unwrap(), 3000, &own), Ok(()), "{range}");
        // Not even so: it would be a way round everything.
        assert!(matches!(
            grant.allows_target(address.parse().unwrap(), 9090, &own),
            Err(Denied::OwnPort(..)) | Err(Denied::Target(..))
        ));
    }
    assert!(matches!(
        grant(&[], &["126.0.0.0/7"]).allows_target("127.0.0.1".parse().unwrap(), 1, &own),
        Err(Denied::Forbidden(..))
    ));
}

#[test]
fn what_is_no_range_says_why() {
    for text in [
        "",
        "10.0.0",
        "10.0.0.0/33",
        "10.0.0.1/24",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.1:0",
        "10.0.0.1:80-70",
        "10.0.0.1:",
        "10.0.0.1:+80",
        "10.0.0.1:80:81",
        "[fd00::1",
        "[fd00::1]80",
        "::ffff:10.0.0.1",
        "localhost",
        "0x7f.1",
        "127.1",
        "010.0.0.1",
        "fe80::1%eth0",
    ] {
        assert!(text.parse::<TargetRange>().is_err(), "{text}");
    }
    for text in ["10.0.0.1", "10.0.0.0/24:80", "10.0.0.1:1-65535", "[fd00::/64]:80", "fd00::1", "0.0.0.0/0", "::/0"] {
        let range: TargetRange = text.parse().unwrap();
        assert_eq!(range.to_string(), text.replace(":1-65535", ""));
        let json = serde_json::to_string(&range).unwrap();
        assert_eq!(serde_json::from_str::<TargetRange>(&json).unwrap(), range);
    }
}
