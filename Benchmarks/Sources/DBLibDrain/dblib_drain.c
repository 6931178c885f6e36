#include "dblib_drain.h"

#include <stdio.h>
#include <sybfront.h>
#include <sybdb.h>

static int on_error(DBPROCESS *process, int severity, int number, int system_error, char *text, char *system_text) {
    fprintf(stderr, "db-lib: %s (%d)\n", text, number);
    return INT_CANCEL;
}

static int on_message(DBPROCESS *process, DBINT number, int state, int severity, char *text, char *server, char *procedure,
                      int line) {
    if (severity > 10) fprintf(stderr, "server: %s (%d)\n", text, (int)number);
    return 0;
}

void *dblib_open(int port, const char *user, const char *password, const char *database) {
    if (dbinit() == FAIL) return NULL;
    dberrhandle(on_error);
    dbmsghandle(on_message);
    LOGINREC *login = dblogin();
    if (!login) return NULL;
    DBSETLUSER(login, user);
    DBSETLPWD(login, password);
    DBSETLDBNAME(login, database);
    DBSETLCHARSET(login, "UTF-8");
    DBSETLPACKET(login, 16000);
    dbsetlversion(login, DBVERSION_74);
    char server[32];
    snprintf(server, sizeof server, "127.0.0.1:%d", port);
    DBPROCESS *process = dbopen(login, server);
    dbloginfree(login);
    return process;
}

int64_t dblib_drain(void *connection, const char *query, uint64_t *checksum) {
    DBPROCESS *process = connection;
    if (dbcmd(process, query) == FAIL || dbsqlexec(process) == FAIL || dbresults(process) != SUCCEED) return -1;
    const int columns = dbnumcols(process);
    int64_t rows = 0;
    uint64_t sum = 0;
    STATUS status;
    while ((status = dbnextrow(process)) == REG_ROW) {
        for (int column = 1; column <= columns; column++) {
            const BYTE *value = dbdata(process, column);
            const DBINT length = dbdatlen(process, column);
            if (value && length > 0) sum += value[0] + (uint64_t)length;
        }
        rows++;
    }
    *checksum = sum;
    return status == NO_MORE_ROWS ? rows : -1;
}
