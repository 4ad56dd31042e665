//! Stands in for `loco-oauth-server`, Loco and SeaORM: what the expansion of a wrong attribute and
//! the app around it name.

#![allow(dead_code)]

pub struct Guard;
pub struct Server;
pub struct SetCookies;
pub struct SignIn;

pub mod account {
    pub struct ConnectedApp;
    pub struct UserSession;
}

pub mod __private {
    pub mod axum {
        pub struct Router;

        pub mod http {
            pub struct HeaderMap;
        }
    }

    pub mod loco_rs {
        pub type Result<T> = std::result::Result<T, ()>;

        pub mod app {
            pub struct AppContext;
            pub trait Hooks {}
            pub trait Initializer {
                fn name(&self) -> String;
            }
        }

        pub mod bgworker {
            pub struct Queue;
        }

        pub mod boot {
            pub struct ServeParams;
        }

        pub mod controller {
            pub struct Routes;
        }

        pub mod task {
            pub struct Tasks;
        }
    }

    pub mod sea_orm {
        pub struct DatabaseConnection;
    }
}
