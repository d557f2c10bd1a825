#include "ms/history.h"

#include "base/mem.h"
#include "base/output.h"
#include "base/tool.h"
#include "table/table.h"
#include <time.h>

enum { MJD_OF_1970 = 40587, SECONDS_PER_DAY = 86400 };

static cal_status put_text(cal_table *table, const char *column, int64_t row, const char *text,
                           cal_error *err)
{
    return cal_table_put(table, column, CAL_TYPE_TEXT, cal_span_range(row, 1), &text, err);
}

/* A list of one text. */
static cal_status put_list(cal_table *table, const char *column, int64_t row, const char *text,
                           cal_error *err)
{
    int64_t one = 1;
    return cal_table_put_cell(table, column, CAL_TYPE_TEXT, row, 1, &one, &text, err);
}

static cal_status fill_row(cal_table *table, int64_t row, const char *message, cal_error *err)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double time = (double)MJD_OF_1970 * SECONDS_PER_DAY + (double)now.tv_sec;
    int none = -1;
    cal_span span = cal_span_range(row, 1);
    char *application = cal_format("calutils %s", cal_version);
    cal_status status = cal_table_put(table, "TIME", CAL_TYPE_DOUBLE, span, &time, err);
    if (!status)
        status = cal_table_put(table, "OBSERVATION_ID", CAL_TYPE_INT, span, &none, err);
    if (!status)
        status = cal_table_put(table, "OBJECT_ID", CAL_TYPE_INT, span, &none, err);
    if (!status)
        status = put_text(table, "MESSAGE", row, message, err);
    if (!status)
        status = put_text(table, "PRIORITY", row, "INFO", err);
    if (!status)
        status = put_text(table, "ORIGIN", row, cal_tool_name(), err);
    if (!status)
        status = put_text(table, "APPLICATION", row, application, err);
    if (!status)
        status = put_list(table, "CLI_COMMAND", row, cal_command_line(), err);
    if (!status)
        status = put_list(table, "APP_PARAMS", row, cal_command_line(), err);
    free(application);
    return status;
}

cal_status cal_history_add(const char *path, const char *message, cal_error *err)
{
    char *name = cal_format("%s/HISTORY", path);
    cal_table *table;
    cal_status status = CAL_OK;
    if (cal_path_exists(name) && !(status = cal_table_open(name, true, &table, err))) {
        int64_t row = cal_table_rows(table);
        status = cal_table_add_rows(table, 1, err);
        if (!status)
            status = fill_row(table, row, message, err);
        cal_status closed = cal_table_close(table, status ? NULL : err);
        status = status ? status : closed;
    }
    free(name);
    return status;
}
