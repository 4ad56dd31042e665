//! The app's users table in statements of the plugin: a token is read together with its user.

use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, JoinType, SelectStatement},
};

use crate::{
    people::{Owner, resource_owner::ResourceOwner},
    store::{lookups::WithUser, record::Column},
};

/// Prefix of the user's columns in the result of a statement.
const PREFIX: &str = "u_";

/// How a statement of the plugin reads a row of the users table along with its own rows.
pub struct UsersTable<U> {
    key: &'static str,
    join: fn(&mut SelectStatement, &str, Column<'_>),
    read: fn(&QueryResult) -> Result<Option<U>, DbErr>,
}

impl<U: FromQueryResult> UsersTable<U> {
    /// The table of the entity `E`, whose primary key is the column `key`.
    #[must_use]
    pub fn of<E: EntityTrait<Model = U>>(key: E::Column) -> Self {
        Self {
            key: key.as_str(),
            join: join::<E>,
            read: |row| Option::<U>::from_query_result(row, PREFIX),
        }
    }
}

impl<U> UsersTable<U> {
    /// Joins the user whose key stands in a column of another table.
    pub(crate) fn join(&self, select: &mut SelectStatement, from: Column<'_>) {
        (self.join)(select, self.key, from);
    }

    /// Reads the joined user from a row of the result; `None` if there is no such user.
    ///
    /// # Errors
    /// When the row does not fit the model.
    pub(crate) fn read(&self, row: &QueryResult) -> Result<Option<U>, DbErr> {
        (self.read)(row)
    }
}

impl<U: ResourceOwner> WithUser for UsersTable<U> {
    type User = Owner;

    fn join(&self, select: &mut SelectStatement, from: Column<'_>) {
        self.join(select, from);
    }

    fn read(&self, row: &QueryResult) -> Result<Option<Owner>, DbErr> {
        Ok(self.read(row)?.map(Owner::new))
    }
}

fn join<E: EntityTrait>(select: &mut SelectStatement, key: &str, from: Column<'_>) {
    let users = E::default();
    for column in E::Column::iter() {
        let name = Alias::new(format!("{PREFIX}{}", column.as_str()));
        let value = Expr::col((Alias::new(users.table_name()), column));
        select.expr_as(column.select_as(value), name);
    }
    let of_user = Expr::col((Alias::new(users.table_name()), Alias::new(key)));
    let same = of_user.equals((Alias::new(from.table), Alias::new(from.name)));
    select.join(JoinType::LeftJoin, users.table_ref(), same);
}
