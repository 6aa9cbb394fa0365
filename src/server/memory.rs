//! The memory that this process may use: that of the machine, or the limit of its control group.
//!
//! A control group (cgroups(7)) has a limit of its own, and that of each ancestor applies too. `/proc/self/cgroup` names
//! the group in each hierarchy, `/proc/self/mountinfo` the folder of each hierarchy.

use std::fs::read_to_string;
use std::path::{Component, Path, PathBuf};

/// The files with a limit, in version 2 and in version 1. Each file is in one version only.
const LIMITS: [&str; 2] = ["memory.max", "memory.limit_in_bytes"];

/// In bytes; `None` if the system tells neither. `root` is `/`, except in tests.
pub(super) fn available(root: &Path) -> Option<u64> {
    let read = |path: &str| read_to_string(root.join(path)).unwrap_or_default();
    let (groups, mounts) = (read("proc/self/cgroup"), read("proc/self/mountinfo"));
    let folders = mounts.lines().filter_map(Hierarchy::of_mount).flat_map(|hierarchy| hierarchy.folders(&groups));
    let limits = folders.filter_map(|folder| limit(&root.join(folder.strip_prefix("/").unwrap_or(&folder))));
    limits.chain(machine(&read("proc/meminfo"))).min()
}

/// The limit of one group. `max` is none; version 1 writes a number that is larger than any memory.
fn limit(folder: &Path) -> Option<u64> {
    LIMITS.iter().filter_map(|file| read_to_string(folder.join(file)).ok()?.trim().parse().ok()).min()
}

/// `MemTotal` of `/proc/meminfo`, in bytes.
fn machine(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.saturating_mul(1024))
}

/// A mounted hierarchy of control groups that limits memory.
#[derive(Debug)]
struct Hierarchy<'a> {
    is_version_2: bool,
    /// The group that the mount shows as its top folder.
    top: &'a Path,
    mounted_at: PathBuf,
}

impl<'a> Hierarchy<'a> {
    /// Reads one line of `/proc/self/mountinfo` (proc(5)).
    fn of_mount(line: &'a str) -> Option<Self> {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(3);
        let (top, mounted_at) = (mount.next()?, mount.next()?);
        let mut filesystem = filesystem.split(' ');
        let is_version_2 = match filesystem.next()? {
            "cgroup2" => true,
            "cgroup" if filesystem.nth(1)?.split(',').any(|option| option == "memory") => false,
            _ => return None,
        };
        // A space is written as an octal number.
        Some(Self { is_version_2, top: Path::new(top), mounted_at: mounted_at.replace("\\040", " ").into() })
    }

    /// The path of this process's group, from the lines `ID:CONTROLLERS:PATH` of `/proc/self/cgroup`.
    fn group<'g>(&self, groups: &'g str) -> Option<&'g Path> {
        groups.lines().find_map(|line| {
            let (id, controllers_and_path) = line.split_once(':')?;
            let (controllers, path) = controllers_and_path.split_once(':')?;
            let is_this = if self.is_version_2 {
                id == "0" && controllers.is_empty()
            } else {
                controllers.split(',').any(|controller| controller == "memory")
            };
            is_this.then_some(Path::new(path))
        })
    }

    /// The folders of the group and of each ancestor that the mount shows. A group above the mount, or outside of the
    /// namespace (`/../x`), has only the top folder.
    fn folders(&self, groups: &str) -> Vec<PathBuf> {
        let below = self.group(groups).and_then(|group| group.strip_prefix(self.top).ok()).unwrap_or(Path::new(""));
        let is_plain = below.components().all(|component| matches!(component, Component::Normal(_)));
        let below = if is_plain { below } else { Path::new("") };
        below.ancestors().map(|ancestor| self.mounted_at.join(ancestor)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const V2: &str = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const V1: &str = "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                      35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
    const HYBRID: &str = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
                          41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
    /// Version 1 in a container that sees the names of the host.
    const BOUND: &str = "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro master:9 - cgroup cgroup rw,memory\n";
    const UNLIMITED_V1: &str = "9223372036854771712";

    /// A folder with these files, as a root; the machine has 1,024 MiB.
    struct Root(PathBuf);

    impl Root {
        fn new(groups: &str, mounts: &str, limits: &[(&str, &str)]) -> Self {
            let root = Self(std::env::temp_dir().join(format!("vestibule-memory-{}", uuid::Uuid::new_v4())));
            root.write("proc/self/cgroup", groups);
            root.write("proc/self/mountinfo", mounts);
            root.write("proc/meminfo", "MemTotal:        1048576 kB\nMemFree: 1 kB\n");
            for (file, limit) in limits {
                root.write(&format!("sys/fs/cgroup/{file}"), &format!("{limit}\n"));
            }
            root
        }

        fn write(&self, file: &str, text: &str) {
            let path = self.0.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
            std::fs::write(path, text).expect("a writable folder");
        }
    }

    impl Drop for Root {
        fn drop(&mut self) {
            let _best_effort = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_lowest_limit_of_a_group_and_its_ancestors_counts() {
        let cases: [(&str, &str, &str, &[(&str, &str)], u64); 14] = [
            ("no control groups", "", "", &[], 1024),
            ("2, no limit", "0::/a/b\n", V2, &[("a/b/memory.max", "max"), ("a/memory.max", "max")], 1024),
            ("2, in a namespace", "0::/\n", V2, &[("memory.max", "268435456")], 256),
            ("2, of the group", "0::/a/b\n", V2, &[("a/b/memory.max", "134217728")], 128),
            ("2, of the parent", "0::/a/b\n", V2, &[("a/b/memory.max", "max"), ("a/memory.max", "134217728")], 128),
            ("2, of both", "0::/a/b\n", V2, &[("a/b/memory.max", "268435456"), ("a/memory.max", "134217728")], 128),
            ("2, of another group", "0::/a/b\n", V2, &[("a/c/memory.max", "134217728")], 1024),
            ("2, outside of the namespace", "0::/../x\n", V2, &[("memory.max", "134217728")], 128),
            ("2, above the machine's", "0::/a\n", V2, &[("a/memory.max", "2147483648")], 1024),
            ("1, of the group", "4:memory:/a\n0::/\n", V1, &[("memory/a/memory.limit_in_bytes", "67108864")], 64),
            (
                "1, of the parent, with several controllers",
                "5:cpu:/z\n4:hugetlb,memory:/a/b\n",
                V1,
                &[("memory/a/b/memory.limit_in_bytes", UNLIMITED_V1), ("memory/a/memory.limit_in_bytes", "67108864")],
                64,
            ),
            ("1, no limit", "4:memory:/a\n", V1, &[("memory/a/memory.limit_in_bytes", UNLIMITED_V1)], 1024),
            (
                "1, names of the host",
                "4:memory:/docker/abc/x\n",
                BOUND,
                &[("memory/x/memory.limit_in_bytes", UNLIMITED_V1), ("memory/memory.limit_in_bytes", "67108864")],
                64,
            ),
            (
                "1 and 2",
                "4:memory:/a\n0::/b\n",
                HYBRID,
                &[("memory/a/memory.limit_in_bytes", "268435456"), ("unified/b/memory.max", "134217728")],
                128,
            ),
        ];
        for (name, groups, mounts, limits, expected) in cases {
            let root = Root::new(groups, mounts, limits);
            assert_eq!(available(&root.0), Some(expected * MIB), "{name}");
        }
    }

    #[test]
    fn unreadable_files_are_no_limit() {
        assert_eq!(available(Path::new("/nowhere")), None);
        let root = Root::new("nonsense\n0:\n0::\n", "a - cgroup2\n1 2 3 / /sys/fs/cgroup\n", &[("memory.max", "x")]);
        assert_eq!(available(&root.0), Some(1024 * MIB));
        assert_eq!(machine("nothing"), None);
    }
}
