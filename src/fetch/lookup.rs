//! Resolves names to addresses once per fetch, and checks every address. The connection goes to a
//! checked address, because nothing after this resolves the name again.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{FetchError, address};

/// Resolves the addresses of a host name.
#[async_trait]
pub trait HostResolver: Send + Sync {
    /// Returns all addresses of `host`.
    ///
    /// # Errors
    /// Returns an error when the name is unknown, or no name server answered.
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The resolver of the machine.
pub(super) struct System;

#[async_trait]
impl HostResolver for System {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Checks addresses between the resolution of a name and the connection.
#[derive(Clone)]
pub(super) struct AddressGuard {
    pub lookup: Arc<dyn HostResolver>,
    /// Whether loopback addresses may be reached.
    pub loopback: bool,
}

impl AddressGuard {
    /// # Errors
    /// Returns [`FetchError::SpecialUse`] for an address that may not be reached.
    pub fn check(&self, address: IpAddr) -> Result<(), FetchError> {
        let own = self.loopback && address::is_loopback(address);
        if own || !address::is_special_use(address) {
            return Ok(());
        }
        Err(FetchError::SpecialUse(address))
    }

    /// Resolves and checks a name. One address in a special range condemns the name: an attacker
    /// who mixes good and bad ones would otherwise only have to try again.
    async fn checked(&self, host: &str) -> Result<Vec<SocketAddr>, FetchError> {
        let found = self.lookup.addresses(host).await;
        let found = found.map_err(|_| FetchError::UnknownHost)?;
        if found.is_empty() {
            return Err(FetchError::UnknownHost);
        }
        // Port 0: the HTTP client puts in the port of the URL.
        let checked = found.into_iter().map(|address| {
            self.check(address)?;
            Ok(SocketAddr::new(address, 0))
        });
        checked.collect()
    }
}

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = guard.checked(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Answers(Vec<IpAddr>);

    #[async_trait]
    impl HostResolver for Answers {
        async fn addresses(&self, _host: &str) -> std::io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    fn guard(loopback: bool, addresses: &[&str]) -> AddressGuard {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        AddressGuard {
            lookup: Arc::new(Answers(addresses)),
            loopback,
        }
    }

    #[tokio::test]
    async fn c165_one_special_address_among_public_ones_condemns_the_name() {
        let mixed = guard(false, &["8.8.8.8", "10.0.0.1", "2606:4700:4700::1111"]);
        let refused = mixed.checked("host.example").await;
        assert_eq!(refused, Err(FetchError::SpecialUse([10, 0, 0, 1].into())));
        let public = guard(false, &["8.8.8.8", "2606:4700:4700::1111"]);
        assert_eq!(public.checked("host.example").await.unwrap().len(), 2);
        let nobody = guard(false, &[]).checked("host.example").await;
        assert_eq!(nobody, Err(FetchError::UnknownHost));
    }

    #[tokio::test]
    async fn loopback_is_for_developers_only_and_opens_nothing_else() {
        let own = ["127.0.0.1", "::1"];
        assert!(guard(false, &own).checked("localhost").await.is_err());
        assert!(guard(true, &own).checked("localhost").await.is_ok());
        for other in ["10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"] {
            assert!(guard(true, &[other]).checked("localhost").await.is_err());
        }
    }
}
