#ifndef DBLIB_DRAIN_H
#define DBLIB_DRAIN_H

#include <stdint.h>

/* What a C program does at least that reads rows through db-lib: dbnextrow, and for each value dbdata and dbdatlen. */

/* Logs in at 127.0.0.1; NULL where that fails. One connection belongs to one thread. */
void *dblib_open(int port, const char *user, const char *password, const char *database);

/* Runs a query and reads one byte of each value; returns the number of rows, or -1. */
int64_t dblib_drain(void *connection, const char *query, uint64_t *checksum);

#endif
