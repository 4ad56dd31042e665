//! Names of indexes.

/// PostgreSQL cuts longer names, after which two of them may be one.
const MAX_NAME: usize = 63;

/// Name of an index, unique in the database because it begins with the table's full name.
pub fn index_name(table: &str, columns: &[&str], suffix: &str) -> String {
    let name = format!("{table}_{}_{suffix}", columns.join("_"));
    if name.len() <= MAX_NAME {
        return name;
    }
    let digest = format!("{:08x}", fnv1a(&name));
    // Names are ASCII: the derive lets nothing else into prefix and columns.
    format!("{}_{digest}", &name[..MAX_NAME - digest.len() - 1])
}

/// FNV-1a: small, and the same in every release. Names of old indexes must never change.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::index_name;

    #[test]
    fn a_short_name_says_table_and_columns() {
        let name = index_name("oauth_consents", &["client_id"], "idx");
        assert_eq!(name, "oauth_consents_client_id_idx");
    }

    #[test]
    fn a_long_name_keeps_63_bytes_and_stays_distinct() {
        let table = "a_prefix_of_thirty_two_characters_oauth_authorization_codes";
        let one = index_name(table, &["client_id", "user_id"], "idx");
        let two = index_name(table, &["client_id", "expires_at"], "idx");
        assert_eq!(
            one,
            "a_prefix_of_thirty_two_characters_oauth_authorization__0c4d39dd"
        );
        assert_eq!((one.len(), two.len()), (63, 63));
        assert_ne!(one, two);
    }
}
