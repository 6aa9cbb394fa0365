use std::time::Duration;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn network(text: &str) -> IpNet {
    text.parse().expect("a network")
}

fn refused(outcome: Result<Admitted, LimitExceeded>) -> Option<LimitExceeded> {
    outcome.err()
}

/// A permit of a connection that works on a request.
fn working(outcome: Result<Admitted, LimitExceeded>) -> Permit {
    with(outcome, Activity::Working)
}

fn with(outcome: Result<Admitted, LimitExceeded>, activity: Activity) -> Permit {
    let mut permit = outcome.map_err(|refused| format!("{refused:?}")).expect("below the limits").permit;
    permit.set(activity);
    permit
}

fn is_evicted(permit: &mut Permit) -> bool {
    permit.poll_evicted(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
}

#[test]
fn connections_of_an_address_are_limited_and_the_log_names_it_once_an_hour() {
    let (limiter, start) = (Limiter::new(100, 2), Instant::now());
    let admit = |address, after| limiter.admit(ip(address), false, start + Duration::from_secs(after));
    let (first, _second) = (admit("192.0.2.1", 0), admit("::ffff:192.0.2.1", 0));
    let beyond = |warn| Some(LimitExceeded::Network { network: network("192.0.2.1/32"), warn });
    assert_eq!(refused(admit("192.0.2.1", 0)), beyond(true));
    assert_eq!(refused(admit("192.0.2.1", 3599)), beyond(false));
    assert_eq!(refused(admit("192.0.2.1", 3600)), beyond(true));
    assert!(admit("192.0.2.2", 0).is_ok(), "another address");
    drop(first);
    let third = admit("192.0.2.1", 3601);
    assert!(third.is_ok(), "one was closed");
    assert_eq!(refused(admit("192.0.2.1", 3602)), beyond(false));
}

#[test]
fn an_ipv6_64_counts_as_one_address_and_a_48_as_four() {
    let (limiter, now) = (Limiter::new(100, 1), Instant::now());
    let admit = |address: &str| limiter.admit(ip(address), false, now);
    let mut open = vec![admit("2001:db8:1:2::1").map_err(|_| "refused").expect("the first")];
    let beyond = |text| Some(LimitExceeded::Network { network: network(text), warn: true });
    assert_eq!(refused(admit("2001:db8:1:2:ffff::9")), beyond("2001:db8:1:2::/64"));
    open.extend((3..6).map(|n| admit(&format!("2001:db8:1:{n}::1")).map_err(|_| "refused").expect("another /64")));
    assert_eq!(refused(admit("2001:db8:1:6::1")), beyond("2001:db8:1::/48"));
    assert!(admit("2001:db8:2:6::1").is_ok(), "another /48");
    open.pop();
    assert!(admit("2001:db8:1:6::1").is_ok());
}

#[test]
fn at_the_limit_the_longest_idle_connections_are_closed_for_a_new_one() {
    let (limiter, start) = (Limiter::new(64, 64), Instant::now());
    let admit = |address, millis| limiter.admit(ip(address), false, start + Duration::from_millis(millis));
    let permit = |address, millis| with(admit(address, millis), Activity::Idle);
    let mut open: Vec<Permit> = (0..32).map(|millis| permit("192.0.2.1", millis)).collect();
    open.extend((0..28).map(|n| permit(["192.0.2.4", "192.0.2.5"][n % 2], 0)));
    let newcomer = admit("192.0.2.2", 1000).map_err(|_| "refused").expect("others are closed for it");
    assert_eq!(newcomer.evicted, Some(network("192.0.2.1/32")));
    let reported = |open: &mut Vec<Permit>| open.iter_mut().map(is_evicted).filter(|reported| *reported).count();
    assert_eq!((reported(&mut open), open.iter_mut().take(4).all(is_evicted)), (4, true), "a sixteenth, the oldest");

    // The others are for further connections; then none is closed for 100 ms, nor while those that were asked to close are open.
    let mut others: Vec<_> = (0..3).map(|_| admit("192.0.2.3", 1000)).collect();
    assert!(others.iter().all(|other| other.as_ref().is_ok_and(|other| other.evicted.is_none())));
    assert_eq!(refused(admit("192.0.2.3", 1099)), Some(LimitExceeded::All { warn: true }));
    assert_eq!(refused(admit("192.0.2.3", 1100)), Some(LimitExceeded::All { warn: false }));
    open.drain(..4);
    others.push(admit("192.0.2.3", 1200));
    assert!(others.iter().all(Result::is_ok));
    let numbers = || {
        let state = limiter.state();
        (state.open.len(), state.eviction.closing())
    };
    assert_eq!((reported(&mut open), numbers()), (4, (57, 4)));
    drop((open, others, newcomer));
    assert_eq!(numbers(), (0, 0));
}

/// Three networks hold everything with unfinished requests. The newcomers of one of them find nothing to close, however
/// often they come.
#[test]
fn newcomers_of_a_large_network_do_not_keep_out_others() {
    let (limiter, now) = (Limiter::new(64, 32), Instant::now());
    let admit = |address| limiter.admit(ip(address), false, now);
    let large = [("2001:db8:1::1", 20), ("2001:db8:2::1", 22), ("192.0.2.1", 18)];
    let addresses = large.into_iter().flat_map(|(address, count)| std::iter::repeat_n(address, count));
    let mut open: Vec<Permit> = addresses.map(|address| with(admit(address), Activity::Waiting)).collect();
    for address in ["2001:db8:1:9::1", "192.0.2.1", "2001:db8:1:9::1"] {
        assert!(matches!(refused(admit(address)), Some(LimitExceeded::All { .. })), "{address}");
    }
    let other = admit("192.0.2.9").map_err(|refused| format!("{refused:?}")).expect("others are closed for it");
    assert_eq!(other.evicted, Some(network("2001:db8:2::/48")));
    assert_eq!(open.iter_mut().map(is_evicted).filter(|reported| *reported).count(), 4);
}

#[test]
fn no_network_has_more_than_half_of_all() {
    let (limiter, now) = (Limiter::new(8, 256), Instant::now());
    for addresses in
        [["192.0.2.1"; 5], ["2001:db8:1:1::", "2001:db8:1:2::", "2001:db8:1:3::", "2001:db8:1:4::", "2001:db8:1:5::"]]
    {
        let [permitted @ .., beyond] = addresses.map(|address| limiter.admit(ip(address), false, now));
        assert!(permitted.iter().all(Result::is_ok));
        assert!(matches!(refused(beyond), Some(LimitExceeded::Network { .. })));
    }
    let (admin, address) = (Limiter::of_all(8), ip("192.0.2.1"));
    let open: Vec<_> = (0..8).map(|_| admin.admit(address, false, now)).collect();
    assert!(open.iter().all(Result::is_ok), "the admin listener does not tell addresses apart");
}

#[test]
fn places_are_kept_for_exempt_peers() {
    let (limiter, now) = (Limiter::new(64, 64), Instant::now());
    let admit = |address, is_exempt| limiter.admit(ip(address), is_exempt, now);
    let mut open: Vec<_> = (0..60).map(|n| working(admit(["192.0.2.1", "192.0.2.2"][n % 2], false))).collect();
    assert_eq!(refused(admit("192.0.2.3", false)), Some(LimitExceeded::All { warn: true }));
    open.extend((0..4).map(|_| working(admit("127.0.0.1", true))));
    assert!(matches!(refused(admit("127.0.0.1", true)), Some(LimitExceeded::All { .. })));
    for waiting in open.iter_mut().take(2) {
        waiting.set(Activity::Waiting);
    }
    assert!(admit("127.0.0.1", true).is_ok(), "an unfinished request of another network is closed for it");
}

/// Its client gets the answer of the request that began meanwhile.
#[test]
fn a_request_that_the_gateway_works_on_is_not_evicted() {
    let (limiter, start) = (Limiter::new(1, 1), Instant::now());
    let mut first = limiter.admit(ip("192.0.2.1"), false, start).map_err(|_| "refused").expect("the first").permit;
    let second = limiter.admit(ip("192.0.2.2"), false, start);
    first.set(Activity::Working);
    assert!(second.is_ok() && !is_evicted(&mut first));
    first.set(Activity::Idle);
    assert!(is_evicted(&mut first) && is_evicted(&mut first));
}

#[test]
fn an_exempt_address_counts_among_all_only() {
    let (limiter, start) = (Limiter::new(3, 1), Instant::now());
    let admit = |after| limiter.admit(ip("127.0.0.1"), true, start + Duration::from_secs(after));
    let mut open: Vec<_> = (0..3).map(|_| working(admit(0))).collect();
    assert_eq!(refused(admit(0)), Some(LimitExceeded::All { warn: true }));
    assert_eq!(refused(admit(1)), Some(LimitExceeded::All { warn: false }));
    assert_eq!(refused(admit(3600)), Some(LimitExceeded::All { warn: true }));
    open.pop();
    assert!(admit(3601).is_ok());
}
