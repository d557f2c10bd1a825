/* Names of calibration tables. */
#include "base/buf.h"
#include "base/mem.h"
#include "selfcal/modes.h"
#include "selfcal/names.h"
#include <ctype.h>
#include <string.h>

#define TASK ".hif_selfcal."

static const char *const caltypes[] = {"gpcal", "gacal", "gapcal", "kcal"};

char *cal_selfcal_table_name(const cal_selfcal_table *table)
{
    cal_buf name = {0};
    char *solint = cal_copy_text(table->solint);
    for (char *at = solint; *at; at++)
        *at = *at == '.' ? '_' : *at;
    cal_buf_addf(&name, "%s" TASK "%s.%s.%s", table->ms, table->stage, solint, table->caltype);
    if (*table->mode)
        cal_buf_addf(&name, "-%s", table->mode);
    if (table->pass > 1)
        cal_buf_addf(&name, "-%d", table->pass);
    cal_buf_add(&name, table->through ? "-through.tbl" : ".tbl");
    free(solint);
    return cal_buf_steal(&name);
}

/* The part of `text` behind its last `separator`, which is cut off; NULL where there is none. */
static char *cut(char *text, char separator)
{
    char *at = strrchr(text, separator);
    if (at)
        *at++ = 0;
    return at;
}

/* "70_00s" is 70.00s: the first _ between two digits. */
static void restore_point(char *solint)
{
    for (char *at = solint; *at; at++)
        if (*at == '_' && at > solint && isdigit((unsigned char)at[-1]) &&
            isdigit((unsigned char)at[1])) {
            *at = '.';
            return;
        }
}

static bool is_caltype(const char *text)
{
    for (size_t i = 0; i < CAL_COUNT(caltypes); i++)
        if (!strcmp(text, caltypes[i]))
            return true;
    return false;
}

static bool is_mode(const char *text)
{
    for (cal_spectral_mode mode = 0; mode < CAL_SPECTRAL_MODES; mode++)
        if (!strcmp(text, cal_spectral_mode_name(mode)))
            return true;
    return false;
}

static bool is_pass(const char *text, int *pass)
{
    *pass = atoi(text);
    return strspn(text, "0123456789") == strlen(text) && *pass > 1 && *text != '0';
}

/* caltype [-mode] [-pass] [-through], from the right; the words stay in `text`. */
static bool parse_caltype(char *text, cal_selfcal_table *table, const char **mode)
{
    char *words[4] = {0}, *rest;
    int count = 0, at = 1;
    for (char *word = strtok_r(text, "-", &rest); word; word = strtok_r(NULL, "-", &rest)) {
        if (count == (int)CAL_COUNT(words))
            return false;
        words[count++] = word;
    }
    if (!count || !is_caltype(words[0]))
        return false;
    *mode = at < count && is_mode(words[at]) ? words[at++] : "";
    at += at < count && is_pass(words[at], &table->pass);
    table->through = at < count && !strcmp(words[at], "through");
    at += table->through;
    table->caltype = words[0];
    return at == count;
}

bool cal_selfcal_table_parse(const char *name, cal_selfcal_table *table)
{
    char *text = cal_copy_text(name), *task;
    const char *mode;
    *table = (cal_selfcal_table){.pass = 1};
    char *suffix = cut(text, '.'), *caltype = cut(text, '.'), *solint = cut(text, '.');
    char *stage = cut(text, '.');
    bool right = stage && !strcmp(suffix, "tbl") && parse_caltype(caltype, table, &mode) &&
                 (task = cut(text, '.')) && !strcmp(task, "hif_selfcal") && *text && *solint;
    if (right) {
        restore_point(solint);
        table->pass = table->pass > 1 ? table->pass : 1;
        table->ms = cal_copy_text(text);
        table->stage = cal_copy_text(stage);
        table->solint = cal_copy_text(solint);
        table->caltype = cal_copy_text(table->caltype);
        table->mode = cal_copy_text(mode);
    }
    free(text);
    return right;
}

void cal_selfcal_table_free(cal_selfcal_table *table)
{
    const char *owned[] = {table->ms, table->stage, table->solint, table->caltype, table->mode};
    for (size_t i = 0; i < CAL_COUNT(owned); i++)
        free((char *)owned[i]);
    *table = (cal_selfcal_table){0};
}
