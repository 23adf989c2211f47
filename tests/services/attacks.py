"""What a check may try on a server, as a superuser could, and the words with which the account is refused.

Each attack is a list of statements, or code with `engine`. In both `$...` stands for what there is to be reached.
"""

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = '''
import re
import socket

from sqlalchemy import create_engine, text


def told(engine, attack):
    """What an attack was told, `nothing` if it succeeded."""
    try:
        if isinstance(attack, str):
            exec(attack, globals() | {"engine": engine})
        else:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in attack:
                    connection.exec_driver_sql(statement)
    except Exception as error:
        return str(error).replace("\\n", " ")
    return "nothing"
'''


@dataclass(frozen=True)
class Attack:
    """An attack with its title, and a pattern of what it is told."""

    title: str
    attack: str | list[str]
    refused: str


CONNECT = """
with create_engine(engine.url.set({}), connect_args={}).connect():
    pass
"""
ELSEWHERE = [
    Attack("connect over TCP", "socket.create_connection(('127.0.0.1', $port)).close()", "Operation not permitted"),
    Attack(
        "connect to another socket", "socket.socket(socket.AF_UNIX).connect('$socket')", "No such file or directory"
    ),
    Attack(
        "connect to a socket in the abstract",
        "socket.socket(socket.AF_UNIX).connect('\\0$abstract')",
        "Connection refused|Operation not permitted",
    ),
    Attack("send datagrams", "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).close()", "Operation not permitted"),
]
LOG_IN = "deckgen: a check may log in with its own account"

POSTGRESQL = [
    *ELSEWHERE,
    Attack("read from a program", ["CREATE TABLE t (x text)", "COPY t FROM PROGRAM 'id'"], "external program"),
    Attack("write to a program", ["COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'"], "external program"),
    Attack("read from a file", ["CREATE TABLE u (x text)", "COPY u FROM '/etc/passwd'"], "COPY from a file"),
    Attack("write to a file", ["COPY (SELECT 1) TO '$folder/$database-a'"], "COPY to a file"),
    Attack("read a file by a function", ["SELECT pg_read_file('/etc/passwd')"], "denied for function pg_read_file"),
    Attack("list a folder", ["SELECT pg_ls_dir('/')"], "denied for function pg_ls_dir"),
    Attack("import a file", ["SELECT lo_import('/etc/passwd')"], "denied for function lo_import"),
    Attack(
        "export a file",
        ["SELECT lo_from_bytea(4711, 'x')", "SELECT lo_export(4711, '$folder/$database-b')"],
        "denied for function lo_export",
    ),
    Attack("connect by dblink", ["CREATE EXTENSION dblink"], 'denied to create extension "dblink"'),
    Attack("connect by a foreign table", ["CREATE EXTENSION postgres_fdw"], "denied to create extension"),
    Attack("read by a foreign table", ["CREATE EXTENSION file_fdw"], 'denied to create extension "file_fdw"'),
    Attack(
        "run code of the server",
        ["CREATE FUNCTION pid() RETURNS int LANGUAGE internal AS 'pg_backend_pid'"],
        "denied for language internal",
    ),
    Attack("subscribe", ["CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)"], "subscription"),
    Attack("change the server", ["ALTER SYSTEM SET work_mem = '1MB'"], "set parameter|superuser"),
    Attack("change who may log in", ["SELECT pg_reload_conf()"], "denied for function pg_reload_conf"),
    Attack("become an administrator", ["SET ROLE $superuser"], "denied to set role"),
    Attack("become another session", ["SET SESSION AUTHORIZATION $superuser"], "denied to set session authorization"),
    Attack("make a role", ["CREATE ROLE $name"], "denied to create role"),
    Attack(
        "make oneself an administrator",
        ["ALTER ROLE CURRENT_USER CREATEROLE"],
        "denied to alter role|permission denied",
    ),
    Attack("take rights", ["GRANT pg_read_server_files TO CURRENT_USER"], "grant role|admin option"),
    Attack("make a database", ["CREATE DATABASE $name"], "denied to create database"),
    Attack("make a tablespace", ["CREATE TABLESPACE $name LOCATION '$space'"], "denied to create tablespace"),
    Attack("change a database", ["ALTER DATABASE postgres CONNECTION LIMIT -1"], "must be owner of database"),
    Attack("read passwords", ["SELECT rolpassword FROM pg_authid"], "denied for table pg_authid"),
    Attack("lock the catalog", ["BEGIN", "LOCK TABLE pg_catalog.pg_class", "ROLLBACK"], "denied for table pg_class"),
    Attack(
        "end another's session",
        ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> '' AND pid <> pg_backend_pid()"],
        "denied to terminate process|must be a ",
    ),
    Attack("log in as an administrator", CONNECT.format("username='$superuser'", "{}"), LOG_IN),
    Attack("log in to another database", CONNECT.format("database='postgres'", "{}"), LOG_IN),
    Attack("log in to replicate", CONNECT.format("", "dict(replication='false')"), LOG_IN),
]

CHANGE_USER = """
borrowed = engine.raw_connection()
connection = borrowed.driver_connection
connection._execute_command(0x11, b"$superuser\\0\\0\\0\\x2d\\0mysql_native_password\\0\\0")
packet = connection._read_packet()
packet.read_uint8()
connection._process_auth(packet.read_string(), packet)
"""
DENIED = r"need \(at least one of\) the .*{} privilege"
MARIADB = [
    *ELSEWHERE,
    Attack("write a file", ["SELECT 1 INTO OUTFILE '$folder/$database-a'"], DENIED.format("FILE")),
    Attack("dump into a file", ["SELECT 1 INTO DUMPFILE '$folder/$database-b'"], DENIED.format("FILE")),
    Attack(
        "read a file",
        ["CREATE TABLE t (x text)", "LOAD DATA INFILE '/etc/passwd' INTO TABLE t"],
        "Access denied for user",
    ),
    Attack(
        "read a file by a function",
        "with engine.connect() as c: assert c.scalar(text(\"SELECT LOAD_FILE('/etc/passwd')\")), 'there is no file'",
        "there is no file",
    ),
    Attack("change the server", ["SET GLOBAL max_statement_time = 0"], DENIED.format("SUPER")),
    Attack("add to the server", ["INSTALL SONAME 'ha_archive'"], "INSERT command denied"),
    Attack("make a user", ["CREATE USER $name"], DENIED.format("CREATE USER")),
    Attack("take rights", ["GRANT FILE ON *.* TO CURRENT_USER"], "Access denied for user"),
    Attack("change a password", ["SET PASSWORD FOR 'mariadb.sys'@localhost = ''"], "Access denied for user"),
    Attack(
        "connect by a foreign table",
        ["CREATE SERVER $name FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1')"],
        DENIED.format("FEDERATED ADMIN"),
    ),
    Attack(
        "run as another user",
        ["CREATE DEFINER = 'mariadb.sys'@localhost PROCEDURE p() SELECT 1"],
        DENIED.format("SET USER"),
    ),
    Attack("use the server's own tables", ["USE mysql"], "Access denied for user .* to database 'mysql'"),
    Attack("read passwords", ["SELECT * FROM mysql.global_priv"], "SELECT command denied"),
    Attack("make a database", ["CREATE DATABASE $name"], "Access denied for user .* to database"),
    Attack("lock all tables", ["FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES"], DENIED.format("RELOAD")),
    Attack("read the log", ["SHOW MASTER STATUS"], DENIED.format("BINLOG MONITOR")),
    Attack("replicate", ["STOP SLAVE"], DENIED.format("REPLICATION SLAVE ADMIN")),
    Attack("see what others do", ["SHOW ENGINE INNODB STATUS"], DENIED.format("PROCESS")),
    Attack("log in as an administrator", CONNECT.format("username='$superuser'", "{}"), LOG_IN),
    Attack("become an administrator", CHANGE_USER, "may not send this command"),
]
ATTACKS = {"postgresql": POSTGRESQL, "mariadb": MARIADB}
