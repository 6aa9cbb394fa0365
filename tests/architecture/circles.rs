//! No circle: within each module, its files and submodules (each submodule taken as one) import each other in one
//! direction. Together with the layers this holds for the whole crate.
//!
//! An import is followed through the `use` lines of `mod.rs` to the file that defines the name.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::{Breach, File};
use crate::source::{Path, paths, text, tokens};

/// How many re-exports in a row are followed.
const MAX_REEXPORTS: usize = 8;

type Edges = BTreeMap<String, BTreeSet<String>>;

/// One source file, read for the names that it imports and the modules that it declares.
struct Module<'a> {
    file: &'a File,
    named: Vec<Path>,
    children: BTreeSet<String>,
}

/// Every module of the crate, by its path (`["base", "db"]`).
struct Tree<'a>(BTreeMap<Vec<String>, Module<'a>>);

/// The circles within each module.
pub fn circles(files: &[File]) -> Vec<Breach> {
    let (tree, mut found) = (Tree::read(files), Vec::new());
    for (folder, edges) in by_folder(&tree.imports()) {
        let members = in_circles(&edges);
        if let Some(first) = members.first() {
            let only = |from: &&String| members.contains(*from);
            let lines = edges.iter().filter(|(from, _)| only(from)).map(|(from, to)| {
                let to: Vec<&str> = to.iter().filter(|to| members.contains(*to)).map(String::as_str).collect();
                format!("{from} → {}", to.join(", "))
            });
            found.push(Breach {
                path: format!("src/{}", if folder.is_empty() { first.clone() } else { format!("{folder}/{first}") }),
                line: 1,
                what: format!("a circle in `{folder}`:\n      {}", lines.collect::<Vec<_>>().join("\n      ")),
                why: "a type that both need belongs in a file of its own, below both".to_owned(),
            });
        }
    }
    found
}

impl<'a> Tree<'a> {
    fn read(files: &'a [File]) -> Self {
        let module = |file: &'a File| {
            let all = tokens(&file.source);
            let children = all.windows(3).filter(|three| text(three, 0) == "mod" && text(three, 2) == ";");
            let children = children.map(|three| three[1].text.clone()).collect();
            (file.module(), Module { file, named: paths(&all), children })
        };
        Self(files.iter().filter(|file| file.path != "main.rs").map(module).collect())
    }

    /// For each file, the files that define what it names. Files without code (`mod.rs`, `lib.rs`) are left out.
    fn imports(&self) -> Edges {
        let mut edges = Edges::new();
        for (own, module) in self.0.iter().filter(|(_, module)| !module.file.is_module_root()) {
            let targets = module.named.iter().filter_map(|path| self.definition(own, module, path));
            let targets: BTreeSet<String> = targets.filter(|target| *target != module.file.path).collect();
            edges.insert(module.file.path.clone(), targets);
        }
        edges
    }

    /// The file that defines what `path` names in `module`, if it is ours.
    fn definition(&self, own: &[String], module: &Module, path: &Path) -> Option<String> {
        let absolute = absolute(own, module, path)?;
        self.resolve(&absolute, MAX_REEXPORTS)
    }

    /// Walks down from the crate's root as far as there are modules, through re-exports.
    fn resolve(&self, path: &[String], depth: usize) -> Option<String> {
        let length = (0..=path.len()).rev().find(|length| self.0.contains_key(&path[..*length]))?;
        let (own, rest) = path.split_at(length);
        let module = &self.0[own];
        let reexport = rest.first().zip(depth.checked_sub(1)).and_then(|(name, depth)| {
            let import = module.named.iter().find(|import| import.imported && import.name() == Some(name))?;
            let mut target = absolute(own, module, import)?;
            target.extend_from_slice(&rest[1..]);
            (target != path).then(|| self.resolve(&target, depth)).flatten()
        });
        let defined = (!module.file.is_module_root()).then(|| module.file.path.clone());
        reexport.or(defined)
    }
}

/// `path` from the crate's root: `super::x` and names that the file imports or declares are replaced.
fn absolute(own: &[String], module: &Module, path: &Path) -> Option<Vec<String>> {
    let mut segments = path.segments.iter().map(String::as_str).filter(|segment| *segment != "*").peekable();
    let mut base = match *segments.peek()? {
        "crate" | "vestibule" => Vec::new(),
        "super" | "self" => own.to_vec(),
        first if module.children.contains(first) => own.to_vec(),
        first if !path.imported => {
            let import = module.named.iter().find(|import| import.imported && import.name() == Some(first))?;
            segments.next();
            absolute(own, module, import)?
        }
        _ => return None,
    };
    while let Some(step) = segments.next_if(|step| ["crate", "vestibule", "self", "super"].contains(step)) {
        if step == "super" {
            base.pop();
        }
    }
    base.extend(segments.filter(|segment| *segment != "self").map(str::to_owned));
    Some(base)
}

/// The imports among the direct children of each folder, a subfolder taken as one child.
fn by_folder(imports: &Edges) -> BTreeMap<String, Edges> {
    let mut found = BTreeMap::<String, Edges>::new();
    for (from, targets) in imports {
        for to in targets {
            let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            let edges = found.entry(from[..shared].join("/")).or_default();
            edges.entry(from[shared].to_owned()).or_default().insert(to[shared].to_owned());
        }
    }
    found
}

/// The children that reach themselves.
fn in_circles(edges: &Edges) -> BTreeSet<String> {
    edges.keys().filter(|start| reachable(edges, start).contains(*start)).cloned().collect()
}

fn reachable(edges: &Edges, start: &str) -> BTreeSet<String> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![start.to_owned()]);
    while let Some(at) = open.pop() {
        open.extend(edges.get(&at).into_iter().flatten().filter(|to| seen.insert((*to).clone())).cloned());
    }
    seen
}

/// The rule, applied to small trees.
mod examples {
    use super::{File, circles};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> =
            files.iter().map(|(path, source)| File { path: (*path).into(), source: (*source).into() }).collect();
        circles(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_files_that_import_each_other_are_refused() {
        let files = [
            ("lib.rs", "pub mod a;"),
            ("a/mod.rs", "mod x; mod y; mod z;"),
            ("a/x.rs", "use super::y::Y; pub struct X;"),
            ("a/y.rs", "pub struct Y; fn f() -> super::x::X {}"),
            ("a/z.rs", "use super::x::X; use super::y::Y;"),
        ];
        let breaches = found(&files);
        assert_eq!(breaches.len(), 1, "{breaches:?}");
        assert!(breaches[0].contains("x.rs → y.rs") && breaches[0].contains("y.rs → x.rs"), "{breaches:?}");
        assert!(!breaches[0].contains("z.rs"), "{breaches:?}");
    }

    #[test]
    fn re_exports_are_followed_to_the_file_that_defines_the_name() {
        let via = |last: &str| {
            found(&[
                ("lib.rs", "pub mod a;"),
                ("a/mod.rs", "mod x; mod y; pub use x::X; pub use self::y::{Y as Why, Z};"),
                ("a/x.rs", "use super::Why; pub struct X;"),
                ("a/y.rs", last),
            ])
        };
        assert_eq!(via("pub struct Y; pub struct Z;"), Vec::<String>::new());
        assert_eq!(via("use crate::a::X; pub struct Y;").len(), 1);
        assert_eq!(via("use crate::a; pub struct Y; fn f() -> a::X {}").len(), 1);
        assert_eq!(via("use super::Z; pub struct Y; pub struct Z;"), Vec::<String>::new(), "of its own");
    }

    #[test]
    fn a_submodule_counts_as_one() {
        let with = |noun: &str| {
            found(&[
                ("lib.rs", "pub mod a;"),
                ("a/mod.rs", "mod verb; mod noun; mod store;"),
                ("a/verb.rs", "use super::store::find; use super::noun::N;"),
                ("a/noun.rs", noun),
                ("a/store/mod.rs", "pub mod find; mod row;"),
                ("a/store/find.rs", "use super::row::R; use super::super::noun::N;"),
                ("a/store/row.rs", "pub struct R;"),
            ])
        };
        assert_eq!(with("pub struct N;"), Vec::<String>::new());
        assert_eq!(with("use super::store::row::R; pub struct N;").len(), 1);
    }

    #[test]
    fn imports_of_tests_make_no_circle() {
        let files = [
            ("lib.rs", "pub mod a;"),
            ("a/mod.rs", "mod x; mod y;"),
            ("a/x.rs", "use super::y::Y; pub struct X;"),
            ("a/y.rs", "pub struct Y; #[cfg(test)] mod tests { use super::super::x::X; }"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
