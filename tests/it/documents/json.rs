//! Each JSON block is JSON.

use serde_json::Value;

use crate::snippets;

#[test]
fn every_json_block_is_json() {
    let blocks = snippets::in_language("json");
    assert!(blocks.len() > 2, "only {} blocks were found", blocks.len());
    for block in blocks {
        let parsed: Result<Value, _> = serde_json::from_str(&block.text);
        assert!(parsed.is_ok(), "{}: {parsed:?}", block.place());
    }
}
