//! One type per page; its fields are the variables of the template.

mod apps;
mod consent;
mod device;
mod error;
mod outcome;
mod password;
mod sign_in;
mod sign_out;
mod sign_up;

pub use apps::{AppLine, AppsNotice, AppsPage, DeviceLine, SessionLine};
pub use consent::{ClaimLine, ConsentPage, GrantedScope, ResourceLine, ScopeLine, Warning};
pub use device::{DeviceDonePage, DevicePage, DeviceStep};
pub use error::{Developer, Differs, ErrorPage, ReturnLink};
pub use outcome::{CheckMailPage, CompletedPage, FormPostPage, HandoffPage};
pub use password::{ForgotPasswordPage, ResetPasswordPage};
pub use sign_in::{AccountLine, ExternalLogin, LoginPage, SelectAccountPage};
pub use sign_out::{LoggedOutPage, LogoutPage, Notice, OtherAccount};
pub use sign_up::SignUpPage;
