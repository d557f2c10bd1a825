/* callib-new: an empty calibration library for data sets. */
#include "base/json.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/edit.h"

static const cal_option options[] = {CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"For one set", "ms-info eb1.ms | callib-new > lib.json"},
    {"For several: documents of ms-info, one after the other",
     "for ms in eb*.ms; do ms-info $ms; done | callib-new > lib.json"},
    {NULL, NULL},
};

static cal_status add_sets(cal_library *library, const char *path, cal_error *err)
{
    jv documents;
    cal_place top = {.name = cal_text_name(path)};
    if (cal_json_read_all(path, &documents, err))
        return err->status;
    cal_status status = CAL_OK;
    int count = jv_array_length(jv_copy(documents));
    for (int i = 0; i < count && !status; i++) {
        cal_place item = {.up = &top, .index = i};
        cal_vis *vis;
        jv info = jv_array_get(jv_copy(documents), i);
        status = cal_vis_from_ms_info(info, count > 1 ? &item : &top, &vis, err);
        if (!status)
            status = cal_library_add_vis(library, vis, err);
        jv_free(info);
    }
    jv_free(documents);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library = cal_library_new();
    cal_status status = count ? CAL_OK : add_sets(library, "-", err);
    for (int i = 0; i < count && !status; i++)
        status = add_sets(library, operand[i], err);
    if (status) {
        cal_library_free(library);
        return status;
    }
    cal_library_match_spws(library);
    return cal_edit_print(library, err);
}

static const cal_tool tool = {
    .name = "callib-new",
    .group = CAL_GROUP_CALLIB,
    .brief = "an empty calibration library for data sets",
    .operands = "[INFO...]",
    .min_operands = 0,
    .max_operands = -1,
    .schema = "callib",
    .about = "Reads what ms-info prints of one or several data sets, from files or from standard "
             "input, and "
             "writes a calibration library that knows their antennas, spws, fields and intents and "
             "holds "
             "no calibration yet. callib-add puts some in. Spws of several sets are matched by "
             "name, so that "
             "--virtual-spw can name them all by the ids of the first set.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
