"""mysql: the image's contract, SQL in MySQL's dialect and its errors, clients, and no way from SQL to the host."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from k8snb.runtime.filesystem import Filesystem, tree
from k8snb.runtime.machine import Machine
from k8snb.runtime.mysql.engine import Session
from k8snb.runtime.mysql.errors import SqlError
from k8snb.runtime.mysql.functions import Facts
from k8snb.runtime.mysql.storage import Storage
from k8snb.runtime.mysql.users import Accounts
from k8snb.runtime.registry import Registry
from tests.runtime.box import Box


class Server:
    """A data directory with databases `shop` and `mysql`."""

    def __init__(self, version: str = "8.4.6") -> None:
        self.fs, self.version = Filesystem(tree({"/d/": ""})), version
        self.storage = Storage(self.fs, "/d")
        self.storage.make("mysql")
        self.storage.make("shop")
        self.accounts = Accounts(self.storage, version.startswith("5."))
        self.accounts.create("root", "%", "pw", power=True)

    def run(self, sql: str, database: str = "shop", user: str = "root", password: str = "pw") -> list[object]:
        """Rows of queries, counts of changes, texts of errors."""
        account = self.accounts.login(user, password, "10.0.0.1")
        session = Session(self.storage, self.accounts, account, Facts(1.7e9, self.version, "", f"{user}@10.0.0.1"))
        if database:
            session.use(database)
        found = session.run(sql)
        return [
            str(item) if isinstance(item, SqlError) else list(item.rows) if item.columns else item.affected
            for item in found
        ]

    def last(self, sql: str, database: str = "shop") -> object:
        return self.run(sql, database)[-1]


TABLE = (
    "CREATE TABLE `users` (`id` int(11) NOT NULL AUTO_INCREMENT, name varchar(50) NOT NULL, mail varchar(90) DEFAULT NULL, "
    "born datetime DEFAULT CURRENT_TIMESTAMP, kind enum('a','b') DEFAULT 'a', age int(10) unsigned DEFAULT 3, "
    "PRIMARY KEY (`id`), UNIQUE KEY `mail` (`mail`), KEY `i` (`name`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;"
    "INSERT INTO users (name, mail) VALUES ('Ann', 'a@x'), (\"Bob's\", 'b@x');"
)
#: statements after TABLE, and what the last of them answers
STATEMENTS = (
    ("SELECT id, name, age FROM users", [(1, "Ann", 3), (2, "Bob's", 3)]),
    ("SELECT name FROM users WHERE name = 'ANN'", [("Ann",)]),
    ("SELECT CONCAT(name, '-', id) FROM shop.users LIMIT 1, 1", [("Bob's-2",)]),
    ("SELECT born FROM users LIMIT 1", [("2023-11-14 22:13:20",)]),
    ("SELECT NOW(), CURDATE(), UNIX_TIMESTAMP()", [("2023-11-14 22:13:20", "2023-11-14", 1_700_000_000)]),
    ("SELECT DATE_FORMAT('2024-03-05 01:02:03', '%d.%m.%Y %H:%i')", [("05.03.2024 01:02",)]),
    ("SELECT IF(1 > 2, 'a', 'b'), IFNULL(NULL, 3), LEFT('abc', 2)", [("b", 3, "ab")]),
    ("SELECT VERSION(), DATABASE(), USER()", [("8.4.6", "shop", "root@10.0.0.1")]),
    ("INSERT INTO users SET name = 'C', mail = 'c@x'; SELECT LAST_INSERT_ID()", [(3,)]),
    ("INSERT IGNORE INTO users (name, mail) VALUES ('D', 'a@x')", 0),
    ("INSERT INTO users (name, mail) VALUES ('D', 'a@x') ON DUPLICATE KEY UPDATE name = VALUES(name); "
     "SELECT name FROM users WHERE id = 1", [("D",)]),
    ("UPDATE users SET name = 'x' WHERE id = 2", 1),
    ("DELETE FROM users WHERE id > 0", 2),
    ("START TRANSACTION; DELETE FROM users; ROLLBACK; SELECT COUNT(*) FROM users", [(2,)]),
    ("TRUNCATE TABLE users; SELECT COUNT(*) FROM users", [(0,)]),
    ("ALTER TABLE users ADD COLUMN x int(11) DEFAULT 7 AFTER name; SELECT x FROM users LIMIT 1", [(7,)]),
    ("SHOW TABLES LIKE 'us%'", [("users",)]),
    ("DROP TABLE users; SHOW TABLES", []),
    ("SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = 'shop'", [("users", 2)]),
    ("SHOW COLUMNS FROM users LIKE 'x'", [
        ("id", "int", "NO", "PRI", None, "auto_increment"), ("name", "varchar(50)", "NO", "", None, ""),
        ("mail", "varchar(90)", "YES", "UNI", None, ""), ("born", "datetime", "YES", "", "CURRENT_TIMESTAMP", ""),
        ("kind", "enum('a','b')", "YES", "", "a", ""), ("age", "int unsigned", "YES", "", "3", ""),
    ]),
    ("SELECT * FROM nope", "ERROR 1146 (42S02): Table 'shop.nope' doesn't exist"),
    ("SELECT nope FROM users", "ERROR 1054 (42S22): Unknown column 'nope' in 'field list'"),
    ("USE nope", "ERROR 1049 (42000): Unknown database 'nope'"),
    ("INSERT INTO users (name, mail) VALUES ('x', 'a@x')", "ERROR 1062 (23000): Duplicate entry 'a@x' for key 'users.mail'"),
    ("INSERT INTO users (id, name) VALUES (1, 'x')", "ERROR 1062 (23000): Duplicate entry '1' for key 'users.PRIMARY'"),
    ("INSERT INTO users (name) VALUES (NULL)", "ERROR 1048 (23000): Column 'name' cannot be null"),
    ("INSERT INTO users (mail) VALUES ('z')", "ERROR 1364 (HY000): Field 'name' doesn't have a default value"),
    ("CREATE TABLE users (a int)", "ERROR 1050 (42S01): Table 'users' already exists"),
    ("CREATE DATABASE shop", "ERROR 1007 (HY000): Can't create database 'shop'; database exists"),
    ("DROP DATABASE nope", "ERROR 1008 (HY000): Can't drop database 'nope'; database doesn't exist"),
)  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), STATEMENTS, ids=[row[0][:50] for row in STATEMENTS])
def test_statements(sql: str, expected: object) -> None:
    server = Server()
    server.run(TABLE)
    assert server.last(sql) == expected


def test_a_syntax_error_says_where() -> None:
    said = str(Server().last("SELECT 1;\nSELEC 2"))
    assert said.startswith("ERROR 1064 (42000): You have an error in your SQL syntax; check the manual")
    assert said.endswith("near 'SELEC 2' at line 1")


#: ways out, none of which leads anywhere
ESCAPES = (
    "ATTACH DATABASE '/tmp/k8snb-escape' AS x",
    "ATTACH '/etc/passwd' AS x; SELECT * FROM x.y",
    "SELECT load_extension('/lib/x.so')",
    "PRAGMA database_list",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_info('users')",
    "SELECT * FROM sqlite_master",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/k8snb-escape', 'x')",
    "SELECT LOAD_FILE('/etc/passwd')",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE users",
    "SELECT 1 INTO OUTFILE '/tmp/k8snb-escape'",
    "VACUUM INTO '/tmp/k8snb-escape'",
    "CREATE VIRTUAL TABLE t USING fts5(x)",
    "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END",
    "SELECT datetime('now')",
    "SELECT julianday()",
    "SELECT random()",
    "SELECT randomblob(10)",
    "SELECT CURRENT_TIMESTAMP > '2025'; SELECT strftime('%Y')",
    "SELECT fts3_tokenizer('x')",
    "SELECT * FROM dbstat",
)


@pytest.mark.parametrize("sql", ESCAPES)
def test_no_statement_reaches_the_host(sql: str) -> None:
    server = Server()
    server.run(TABLE)
    said = server.last(sql)
    assert isinstance(said, str)
    assert said.startswith("ERROR")
    from pathlib import Path

    assert not Path("/tmp/k8snb-escape").exists()


#: what would never end, or need more than there is
HUNGRY = (
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
    "SELECT REPEAT('x', 100000000)",
    "WITH RECURSIVE t(s) AS (SELECT 'x' UNION ALL SELECT CONCAT(s, s) FROM t) SELECT s FROM t",
    "SELECT REPLACE(REPEAT('a', 100000), 'a', REPEAT('b', 100000))",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' REGEXP '^(a+)+$'",
)


@pytest.mark.parametrize("sql", HUNGRY, ids=range(len(HUNGRY)))
def test_what_is_too_much_is_an_error(sql: str) -> None:
    said = Server().last(sql)
    assert isinstance(said, str)
    assert said.startswith("ERROR")


def test_accounts_see_what_they_were_given() -> None:
    server = Server()
    server.run(
        TABLE
        + "CREATE USER 'joe'@'%' IDENTIFIED BY 'x'; GRANT ALL PRIVILEGES ON shop.* TO 'joe'@'%'; CREATE DATABASE other"
    )
    assert server.run("SELECT COUNT(*) FROM users", user="joe", password="x") == [[(2,)]]
    assert server.run("SHOW DATABASES", "", "joe", "x") == [
        [("information_schema",), ("performance_schema",), ("shop",)]
    ]
    denied = server.run("USE other", "shop", "joe", "x")[-1]
    assert denied == "ERROR 1044 (42000): Access denied for user 'joe'@'%' to database 'other'"
    denied = server.run("SELECT * FROM mysql.user", "shop", "joe", "x")[-1]
    assert denied == "ERROR 1142 (42000): SELECT command denied to user 'joe'@'10.0.0.1' for database 'mysql'"
    assert "1227 (42000)" in str(server.run("CREATE USER 'eve'", "", "joe", "x")[-1])


def test_both_versions_name_types_their_way() -> None:
    old = Server("5.7.44")
    old.run(TABLE)
    kinds = [row[1] for row in old.last("DESCRIBE users")]  # type: ignore[attr-defined]
    assert kinds == ["int(11)", "varchar(50)", "varchar(90)", "datetime", "enum('a','b')", "int(10) unsigned"]


# -- the image ---------------------------------------------------------------------------------------------------


def mysql(
    env: Mapping[str, str], tag: str = "5.7", argv: tuple[str, ...] = (), monkey: pytest.MonkeyPatch | None = None
) -> Box:
    """A container of the image with these variables."""
    image, _ = Registry().pull(f"mysql:{tag}")
    plain = vars(image)["env"]
    vars(image)["env"] = {**plain, **env}
    try:
        return Box(f"mysql:{tag}", argv)
    finally:
        vars(image)["env"] = plain


ROOT = {"MYSQL_ROOT_PASSWORD": "pw"}


@pytest.mark.parametrize("tag", ["5.7", "8.0", "latest"])
def test_without_a_password_it_does_not_start(tag: str) -> None:
    box = mysql({}, tag)
    assert (box.container.phase, box.container.exit_code) == ("exited", 1)
    assert box.log.endswith(
        "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n"
        "    You need to specify one of the following as an environment variable:\n"
        "    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n"
    )


def test_it_takes_its_time_until_it_listens() -> None:
    box = mysql(ROOT)
    assert box.container.ports == frozenset()
    assert box.exec(("mysqladmin", "ping"), 1.0)[2] == 1
    box.advance(20)
    assert box.container.ports == {3306}
    assert "mysqld: ready for connections." in box.log
    assert box.exec(("mysqladmin", "-uroot", "-ppw", "ping"))[0] == "mysqld is alive\n"


def test_variables_make_a_database_and_an_account() -> None:
    box = mysql({**ROOT, "MYSQL_DATABASE": "app", "MYSQL_USER": "me", "MYSQL_PASSWORD": "x"}, "8.0")
    box.advance(20)
    box.exec(("mysql", "-ume", "-px", "-h127.0.0.1", "app", "-e", "CREATE TABLE t (id int primary key, n varchar(9))"))
    out, err, status = box.exec(
        ("mysql", "-ume", "-px", "app", "-e", "INSERT INTO t VALUES (1,'a'),(2,NULL); SELECT * FROM t")
    )
    assert (out, status) == ("id\tn\n1\ta\n2\tNULL\n", 0)
    assert err == "mysql: [Warning] Using a password on the command line interface can be insecure.\n"
    assert (
        "ERROR 1045 (28000): Access denied for user 'me'@'localhost' (using password: YES)"
        in box.exec(("mysql", "-ume", "-pbad", "-e", "select 1"))[1]
    )
    dump = box.exec(("mysqldump", "-uroot", "-ppw", "app"))[0]
    assert "INSERT INTO `t` VALUES (1,'a'),(2,NULL);\n" in dump
    box.act(lambda machine: machine.fs.write("/tmp/dump.sql", dump.encode()))
    out, err, status = box.run("mysql -uroot -ppw -e 'CREATE DATABASE two'; mysql -uroot -ppw two < /tmp/dump.sql; "
                               "mysql -uroot -ppw -N -e 'SELECT COUNT(*) FROM two.t'")  # fmt: skip
    assert (out, status) == ("2\n", 0)


def test_the_data_directory_is_all_it_knows() -> None:
    """The first initialisation fixes the password; what is mounted there outlives the container."""
    box = mysql(ROOT)
    box.advance(20)
    box.exec(("mysql", "-uroot", "-ppw", "-e", "CREATE DATABASE kept"))
    box.act(Machine.kill, 1, 15, True)
    assert box.container.exit_code == 0
    kept = box.container.root.entries["var"].entries["lib"].entries["mysql"]  # type: ignore[union-attr]
    second = mysql({"MYSQL_ROOT_PASSWORD": "another"}, argv=("sleep", "100000"))
    second.act(lambda machine: machine.fs.put("/var/lib/mysql", kept))
    second.run("docker-entrypoint.sh mysqld > /tmp/log 2>&1 &", 10.0)
    assert second.exec(("mysql", "-uroot", "-panother", "-e", "select 1"))[2] == 1
    assert "kept" in second.exec(("mysql", "-uroot", "-ppw", "-e", "show databases"))[0]


def test_a_fresh_disk_with_lost_found_is_no_empty_directory() -> None:
    for args, phase in ((("mysqld",), "exited"), (("mysqld", "--ignore-db-dir=lost+found"), "running")):
        box = mysql(ROOT, argv=("sleep", "100000"))
        box.run("mkdir /var/lib/mysql/lost+found", shell="bash")
        box.run(f"docker-entrypoint.sh {' '.join(args)} > /tmp/log 2>&1; echo $? >> /tmp/log", 30.0)
        log = box.run("cat /tmp/log")[0]
        assert ("--initialize specified but the data directory has files in it. Aborting." in log) == (
            phase == "exited"
        )
    assert mysql(ROOT, "8.0", ("docker-entrypoint.sh", "mysqld", "--ignore-db-dir=lost+found")).container.exit_code == 1


def test_init_scripts_run_once() -> None:
    box = mysql({**ROOT, "MYSQL_DATABASE": "app"}, argv=("sleep", "100000"))
    box.run("echo 'CREATE TABLE t (a int); INSERT INTO t VALUES (7);' > /docker-entrypoint-initdb.d/1.sql; "
            "echo 'echo hello from $0' > /docker-entrypoint-initdb.d/2.sh", shell="bash")  # fmt: skip
    box.run("docker-entrypoint.sh mysqld > /tmp/log 2>&1 &", 20.0)
    log = box.run("cat /tmp/log")[0]
    assert "running /docker-entrypoint-initdb.d/1.sql" in log
    assert "hello from /docker-entrypoint-initdb.d/2.sh" in log
    assert box.exec(("mysql", "-uroot", "-ppw", "-N", "app", "-e", "SELECT a FROM t"))[0] == "7\n"


def test_a_terminal_gets_tables_and_a_prompt() -> None:
    box = mysql(ROOT)
    box.advance(20)
    typed = b"create database d;\nuse d;\ncreate table t (n int);\ninsert into t\nvalues (1), (22);\n"
    typed += b"select * from t;\nfoo;\nexit\n"
    session = box.act(lambda machine: machine.execute(("mysql", "-uroot", "-ppw"), typed, True))
    box.advance(1)
    output, status = box.act(Machine.collect, session)  # type: ignore[misc]
    text = b"".join(data for _, data in output).decode()
    assert "Welcome to the MySQL monitor." in text
    assert "mysql> Query OK, 1 row affected (0.00 sec)\n\nmysql> Database changed\n" in text
    assert "    -> Query OK, 2 rows affected (0.00 sec)\n" in text
    assert "+----+\n| n  |\n+----+\n|  1 |\n| 22 |\n+----+\n2 rows in set (0.00 sec)\n" in text
    assert "mysql> ERROR 1064 (42000)" in text
    assert (text.endswith("mysql> Bye\n"), status) == (True, 0)
