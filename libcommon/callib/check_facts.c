/* What caltable-info says of a table. */
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "callib/check_parts.h"
#include <string.h>

/* The document about a table: by its path, or by the last part of it where only one document has that. */
static jv find_document(const char *gaintable, jv caltables)
{
    char *base = cal_basename(gaintable);
    jv exact = jv_invalid(), like = jv_invalid();
    int alike = 0;
    jv_array_foreach(caltables, i, document)
    {
        const char *path = cal_json_text_at(document, "caltable", "");
        char *last = cal_basename(path);
        if (!strcmp(path, gaintable) && !jv_is_valid(exact))
            exact = jv_copy(document);
        if (!strcmp(last, base) && !alike++)
            like = jv_copy(document);
        free(last);
        jv_free(document);
    }
    free(base);
    if (jv_is_valid(exact) || alike != 1) {
        jv_free(like);
        return exact;
    }
    return like;
}

static int largest_id(jv list)
{
    int largest = -1;
    jv_array_foreach(list, i, item)
    {
        int id = (int)cal_json_number_at(item, "id", -1);
        largest = id > largest ? id : largest;
        jv_free(item);
    }
    return largest;
}

/* The ids of a list of the document that have solutions, and good ones. */
static void read_ids(jv list, cal_idset *any, cal_idset *good)
{
    *any = cal_idset_make(largest_id(list) + 1);
    *good = cal_idset_make(any->size);
    jv_array_foreach(list, i, item)
    {
        int id = (int)cal_json_number_at(item, "id", -1);
        if (id >= 0 && cal_json_number_at(item, "rows", 0) > 0)
            cal_idset_add(any, id);
        if (cal_idset_has(any, id) && cal_json_number_at(item, "flagged_fraction", 1) < 1)
            cal_idset_add(good, id);
        jv_free(item);
    }
}

static void read_antenna_names(jv list, cal_table_facts *facts)
{
    facts->antenna_name = CAL_NEW_ARRAY(char *, facts->antenna.size);
    jv_array_foreach(list, i, item)
    {
        int id = (int)cal_json_number_at(item, "id", -1);
        if (id >= 0 && !facts->antenna_name[id])
            facts->antenna_name[id] = cal_copy_text(cal_json_text_at(item, "name", ""));
        jv_free(item);
    }
}

cal_table_facts cal_table_facts_find(const char *gaintable, jv caltables)
{
    cal_table_facts facts = {.gaintable = gaintable};
    facts.document = find_document(gaintable, caltables);
    facts.known = jv_is_valid(facts.document);
    facts.exists = facts.known || cal_path_exists(gaintable);
    if (!facts.known)
        return facts;
    jv spws = cal_json_at(facts.document, "spws"),
       antennas = cal_json_at(facts.document, "antennas");
    if (jv_get_kind(spws) == JV_KIND_ARRAY && jv_get_kind(antennas) == JV_KIND_ARRAY) {
        read_ids(spws, &facts.spw, &facts.good_spw);
        read_ids(antennas, &facts.antenna, &facts.good_antenna);
        read_antenna_names(antennas, &facts);
    }
    jv_free(spws);
    jv_free(antennas);
    return facts;
}

void cal_table_facts_free(cal_table_facts *facts)
{
    for (int i = 0; i < facts->antenna.size; i++)
        free(facts->antenna_name[i]);
    free(facts->antenna_name);
    cal_idset_free(&facts->spw);
    cal_idset_free(&facts->good_spw);
    cal_idset_free(&facts->antenna);
    cal_idset_free(&facts->good_antenna);
    jv_free(facts->document);
}
