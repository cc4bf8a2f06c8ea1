//! A route's life, as a user's terminal session.

use crate::support::place::Place;

#[test]
fn add_list_and_remove_leave_the_directory_as_it_was() {
    let place = Place::new();
    place.ok(&["route", "add", "app.example.com", "http://10.0.0.5:3000"]);
    assert!(place.ok(&["route", "list"]).contains("Host(`app.example.com`)"));
    place.ok(&["route", "rm", "app.example.com"]);
    assert_eq!(place.files(), []);
}
