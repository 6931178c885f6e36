#include <sybfront.h>
#include <sybdb.h>
#include <syberror.h>
