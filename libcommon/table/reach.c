#include "table/reach.h"
#include "base/mem.h"
#include "base/parallel.h"
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

/* ---- all that are open ---- */

static cal_table *open_tables;
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;

static void enlist(cal_table *table)
{
    struct stat status;
    if (!stat(table->path, &status)) {
        table->device = status.st_dev;
        table->inode = status.st_ino;
    }
    pthread_mutex_lock(&open_lock);
    table->next = open_tables;
    open_tables = table;
    pthread_mutex_unlock(&open_lock);
}

void cal_table_strike(const cal_table *table)
{
    pthread_mutex_lock(&open_lock);
    for (cal_table **at = &open_tables; *at; at = &(*at)->next)
        if (*at == table) {
            *at = table->next;
            break;
        }
    pthread_mutex_unlock(&open_lock);
}

cal_table *cal_table_find_open(const char *path, bool write, cal_table *after)
{
    struct stat status;
    if (stat(path, &status))
        return NULL;
    pthread_mutex_lock(&open_lock);
    cal_table *found = after ? after->next : open_tables;
    while (found && !(found->device == status.st_dev && found->inode == status.st_ino &&
                      (write ? found->write : found->stored != NULL)))
        found = found->next;
    pthread_mutex_unlock(&open_lock);
    return found;
}

/* ---- the way to casacore ---- */

cal_table *cal_table_wrap(const char *path, cal_stored *stored, cal_table *casacore, bool write)
{
    cal_table *table = CAL_NEW(cal_table);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    table->path = strndup(path, length);
    table->stored = stored;
    table->casacore = casacore;
    table->write = write;
    enlist(table);
    return table;
}

cal_status cal_table_reach(const cal_table *table, cal_table **casacore, cal_error *err)
{
    cal_table *reached = (cal_table *)table;
    cal_status status = CAL_OK;
    if (!reached->casacore)
        status = cal_late_load(&cal_late_tables, err);
    if (!status && !reached->casacore)
        status = CAL_LATE(tables, cal_table_open)(table->path, false, &reached->casacore, err);
    *casacore = reached->casacore;
    return status;
}

/* Once a table is written, casacore takes over those that read it, so that they see what is written. */
static void give_up_stored(const char *path)
{
    cal_table *casacore;
    for (cal_table *table = NULL; (table = cal_table_find_open(path, false, table));)
        if (!cal_table_reach(table, &casacore, NULL)) {
            cal_stored_close(table->stored);
            table->stored = NULL;
        }
}

cal_status cal_table_hand_over(cal_status status, cal_table *casacore, bool write,
                               cal_table **table)
{
    *table = NULL;
    if (!casacore)
        return status;
    *table = cal_table_wrap(CAL_LATE(tables, cal_table_path)(casacore), NULL, casacore, write);
    if (write)
        give_up_stored((*table)->path);
    return status;
}

/* No thread can start while a library is loaded. */
void cal_table_load_ahead(int jobs)
{
    cal_parallel_prepare(jobs);
    cal_late_load_ahead(&cal_late_tables);
}
