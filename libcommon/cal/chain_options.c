/* The chain on a command line: --gaintable and the options that belong to the table before them. */
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "cal/callib_text.h"
#include "cal/chain_library.h"
#include "cal/interp.h"
#include <string.h>

cal_chain_item *cal_chain_list_add(cal_chain_list *list, const char *gaintable)
{
    list->item = cal_grow(list->item, list->count + 1, sizeof *list->item);
    cal_chain_item *item = &list->item[list->count++];
    *item = (cal_chain_item){.gaintable = cal_copy_text(gaintable),
                             .gainfield = cal_copy_text(""),
                             .interp = cal_copy_text(""),
                             .calwt = true};
    return item;
}

void cal_chain_list_free(cal_chain_list *list)
{
    for (int i = 0; i < list->count; i++) {
        cal_chain_item *item = &list->item[i];
        void *owned[] = {item->gaintable, item->gainfield, item->interp, item->spwmap,
                         item->field,     item->spw,       item->intent, item->observation,
                         item->fldmap,    item->obsmap,    item->antmap, item->antenna};
        for (size_t k = 0; k < CAL_COUNT(owned); k++)
            free(owned[k]);
        cal_chain_cells_free(item->cells);
    }
    free(list->item);
    cal_chain_libraries_free(list);
    *list = (cal_chain_list){0};
}

bool cal_chain_list_empty(const cal_chain_list *list)
{
    return !list->count && !list->libraries;
}

/* "a.G,b.B" is a list, unless a table of that very name exists. */
cal_status cal_chain_add_table(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    list->group = list->count;
    if (!*text)
        return cal_fail(err, CAL_USAGE, "needs the path of a calibration table");
    if (!strchr(text, ',') || cal_path_exists(text)) {
        cal_chain_list_add(list, text);
        return CAL_OK;
    }
    cal_words words = cal_words_split(text, ',');
    for (int i = 0; i < words.count; i++)
        cal_chain_list_add(list, words.item[i]);
    cal_words_free(&words);
    return CAL_OK;
}

static cal_status need_table(const cal_chain_list *list, cal_error *err)
{
    if (list->group < list->count)
        return CAL_OK;
    return cal_fail(err, CAL_USAGE, "belongs to a table: write it after its --gaintable");
}

static void replace(char **text, const char *by)
{
    free(*text);
    *text = cal_copy_text(by);
}

cal_status cal_chain_set_gainfield(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    if (need_table(list, err))
        return err->status;
    for (int i = list->group; i < list->count; i++)
        replace(&list->item[i].gainfield, text);
    return CAL_OK;
}

cal_status cal_chain_set_interp(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    cal_interp interp;
    if (need_table(list, err) || cal_interp_parse(text, &interp, err))
        return err->status;
    for (int i = list->group; i < list->count; i++)
        replace(&list->item[i].interp, text);
    return CAL_OK;
}

cal_status cal_chain_set_spwmap(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    if (need_table(list, err))
        return err->status;
    for (int i = list->group; i < list->count; i++) {
        free(list->item[i].spwmap);
        list->item[i].spwmap = NULL;
        if (cal_parse_spwmap(text, &list->item[i].spwmap, &list->item[i].spwmaps, err))
            return err->status;
    }
    return CAL_OK;
}

cal_status cal_chain_set_calwt(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    bool calwt;
    if (need_table(list, err))
        return err->status;
    if (!cal_parse_bool(text, &calwt))
        return cal_fail(err, CAL_USAGE, "\"%s\": expected true or false", text);
    for (int i = list->group; i < list->count; i++)
        list->item[i].calwt = calwt;
    return CAL_OK;
}

cal_status cal_chain_set_antenna(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    if (need_table(list, err))
        return err->status;
    for (int i = list->group; i < list->count; i++)
        replace(&list->item[i].antenna, text);
    return CAL_OK;
}

/* What follows a cal library belongs to no table of it. */
cal_status cal_chain_set_callib(void *user, const char *text, cal_error *err)
{
    cal_chain_list *list = user;
    cal_status status = cal_callib_read(text, list, err);
    list->group = list->count;
    return status;
}
