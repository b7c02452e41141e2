//! What findings look like to others.

use super::*;
use crate::hash::{Family, Hash256, Orientation, Prescale};
use crate::media::{ReasonCode, Rendering};

fn unjudged() -> Finding {
    let reason = Reason { code: ReasonCode::Undecodable, detail: "cut short".into() };
    let mut finding =
        Finding::new(("photos/a.jpg".into(), None), "ab".into(), Verdict::Unjudged, Some(reason));
    finding.at = "2026-11-23T16:00:00.75Z".parse().unwrap();
    finding
}

#[test]
fn an_unjudged_finding_has_a_reason_and_no_matches() {
    let expected = concat!(
        r#"{"schema":"tutela.finding/1","uri":"photos/a.jpg","verdict":"unjudged","#,
        r#""reason":{"code":"undecodable","detail":"cut short"},"#,
        r#""engine":"tutela 0.1.0","index":"ab","at":"2026-11-23T16:00:00Z"}"#
    );
    assert_eq!(serde_json::to_string(&unjudged()).unwrap(), expected);
}

#[test]
fn a_match_is_written_as_the_contract_has_it() {
    let mut finding = unjudged();
    finding.verdict = Verdict::Match;
    finding.reason = None;
    finding.media = Some(Media {
        kind: Kind::Image,
        format: Some(Format::Jpeg),
        width: Some(4000),
        height: Some(3000),
        bytes: 2_411_724,
    });
    finding.fingerprint = Some(Fingerprint {
        digests: Digests { md5: Some([0; 16]), sha1: Some([0; 20]), sha256: Some([0; 32]) },
        pdq: Some(Pdq { hash: Hash256::default(), quality: 97 }),
        accuracy: Some(Accuracy::Reference),
    });
    finding.matches = vec![Match {
        bank: "NCMEC".into(),
        entry: "43-1".into(),
        signal: Signal::Pdq,
        distance: 4,
        orientation: Some(Orientation::Original),
        prescale: Prescale::Tool,
        view: None,
        frame: 0,
        rendering: Rendering::Stored,
        category: Some("A1".into()),
        tags: Vec::new(),
        template_suspect: false,
        flood: false,
    }];
    let expected = [
        r#"{"schema":"tutela.finding/1","uri":"photos/a.jpg","verdict":"match","#,
        r#""media":{"kind":"image","format":"jpeg","width":4000,"height":3000,"bytes":2411724},"#,
        &format!(
            r#""fingerprint":{{"sha256":"{zero:0>64}","sha1":"{zero:0>40}","md5":"{zero:0>32}","pdq":"{zero:0>64}","quality":97}},"#,
            zero = 0
        ),
        r#""matches":[{"bank":"NCMEC","entry":"43-1","signal":"pdq","distance":4,"orientation":"original","category":"A1"}],"#,
        r#""engine":"tutela 0.1.0","index":"ab","at":"2026-11-23T16:00:00Z"}"#,
    ]
    .concat();
    assert_eq!(serde_json::to_string(&finding).unwrap(), expected);
}

#[test]
fn frame_rendering_and_tags_are_written_when_they_say_something() {
    let found = Match {
        bank: "b".into(),
        entry: "e".into(),
        signal: Signal::Pdq,
        distance: 0,
        orientation: Some(Orientation::FlipMinus1),
        prescale: Prescale::None,
        view: Some(Seen {
            family: Family::Frame,
            area: [10, -3, 100, 80],
            angle: -2.6,
            kept: Some([12, 0, 90, 77]),
            fill: Some([12, 0, 20, 20]),
            negative: true,
            quality: 71,
        }),
        frame: 3,
        rendering: Rendering::OverWhite,
        category: None,
        tags: vec!["t".into()],
        template_suspect: true,
        flood: true,
    };
    let expected = concat!(
        r#"{"bank":"b","entry":"e","signal":"pdq","distance":0,"orientation":"flipminus1","#,
        r#""prescale":"none","view":{"family":"frame","box":[10,-3,100,80],"angle":-2.6,"kept":[12,0,90,77],"fill":[12,0,20,20],"negative":true,"quality":71},"#,
        r#""frame":3,"rendering":"over-white","tags":["t"],"template_suspect":true,"flood":true}"#
    );
    assert_eq!(serde_json::to_string(&found).unwrap(), expected);
}

#[test]
fn what_is_silenced_says_by_what() {
    let found = Match {
        bank: "b".into(),
        entry: "e".into(),
        signal: Signal::Md5,
        distance: 0,
        orientation: None,
        prescale: Prescale::Tool,
        view: None,
        frame: 0,
        rendering: Rendering::Stored,
        category: None,
        tags: Vec::new(),
        template_suspect: false,
        flood: false,
    };
    let (bank, entry) = ("logos".into(), "7".into());
    let by = Harmless { bank, entry, signal: Signal::Pdq, distance: 2 };
    let expected = concat!(
        r#"{"bank":"b","entry":"e","signal":"md5","distance":0,"#,
        r#""by":{"bank":"logos","entry":"7","signal":"pdq","distance":2}}"#
    );
    assert_eq!(serde_json::to_string(&Allowed { found, by }).unwrap(), expected);
}

#[test]
fn the_nearest_of_the_picture_itself_has_no_view() {
    let nearest = Nearest { family: None, distance: 40, view: None };
    assert_eq!(serde_json::to_string(&nearest).unwrap(), r#"{"family":"picture","distance":40}"#);
}
