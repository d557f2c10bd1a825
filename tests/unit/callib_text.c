/* Reading the texts of calibration libraries. */
#include "base/mem.h"
#include "callib/applycal_text.h"
#include "callib/casa_text.h"
#include "callib/literal.h"
#include "callib/text_kind.h"
#include "unit.h"
#include <stdlib.h>

static cal_error err;

static void literals(void)
{
    static const char text[] =
        "['a', u\"b'c\", (1, -2L, 3.5,), True, None, '\\x41\\n\\u00e9\\q'] 'a'";
    cal_literals *store = cal_literals_new();
    cal_reading at = cal_reading_make(text, "t");
    const cal_literal *value, *again;
    CHECK(!cal_literals_read(store, &at, &value, &err));
    CHECK(value->kind == CAL_LITERAL_LIST && value->count == 6);
    CHECK_TEXT(value->item[1].text, "b'c");
    CHECK(value->item[2].count == 3 && value->item[2].item[1].number == -2);
    CHECK(value->item[2].item[2].kind == CAL_LITERAL_REAL);
    CHECK(value->item[3].kind == CAL_LITERAL_BOOL && value->item[3].number == 1);
    CHECK(value->item[4].kind == CAL_LITERAL_NONE);
    CHECK_TEXT(value->item[5].text, "A\n\xc3\xa9\\q");
    cal_reading_skip(&at);
    CHECK(!cal_literals_read(store, &at, &value, &err) && !*at.at);
    at = cal_reading_make("'a'", "t");
    CHECK(!cal_literals_read(store, &at, &again, &err) && again == value);
    static const char *const wrong[] = {"",
                                        "[1",
                                        "'a",
                                        "'a\nb'",
                                        "__import__('os')",
                                        "[1 2]",
                                        "'\\",
                                        "'\\x4'",
                                        "-",
                                        "99999999999999999999",
                                        "{1: 2}",
                                        "tru",
                                        "'\\0'",
                                        "[[[[[[[[[[]]]]]]]]]]"};
    for (size_t i = 0; i < CAL_COUNT(wrong); i++) {
        at = cal_reading_make(wrong[i], "t");
        CHECK(cal_literals_read(store, &at, &value, &err) == CAL_USAGE);
    }
    cal_literals_free(store);
}

/* Values that were read before are found again, whatever stands behind them. */
static void many_literals(void)
{
    cal_literals *store = cal_literals_new();
    const cal_literal *value, *first[1000];
    char *text[1000];
    bool same = true;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < 1000; i++) {
            if (!pass)
                text[i] = cal_format("['table%d.G', 'b)'],", i);
            cal_reading at = cal_reading_make(text[i], "t");
            same = same && !cal_literals_read(store, &at, &value, &err) && *at.at == ',';
            same = same && (!pass || value == first[i]);
            first[i] = value;
        }
    CHECK(same);
    CHECK_TEXT(first[999]->item[0].text, "table999.G");
    cal_literals_free(store);
    for (int i = 0; i < 1000; i++)
        free(text[i]);
}

static void applycal_lines(void)
{
    cal_applycal_lines lines;
    CHECK(
        !cal_applycal_read("# note\n"
                           "applycal(vis='a.ms', gaintable=['x', 'y'], calwt=False, interp='')\r\n"
                           " applycal(broken\n"
                           "applycal(gaintable='x',\n  vis='a.ms', spw='1', spwmap=[[0, 1]])",
                           "t", &lines, &err));
    CHECK(lines.count == 2 && lines.item[0].line == 2 && lines.item[1].line == 4);
    CHECK(lines.item[0].vis == lines.item[1].vis);
    CHECK(lines.item[0].calibrations == 2 && !lines.item[0].calibration[1].calwt);
    CHECK_TEXT(lines.item[0].calibration[1].gaintable, "y");
    CHECK_TEXT(lines.item[0].calibration[1].interp, "");
    CHECK_TEXT(lines.item[1].calibration[0].interp, "linear,linear");
    CHECK(lines.item[1].calibration[0].spwmaps == 2 && lines.item[1].calibration[0].calwt);
    CHECK(lines.item[1].column[3] == 19 && !lines.item[1].column[1]);
    CHECK_TEXT(lines.item[1].spw, "1");
    cal_applycal_lines_free(&lines);
    CHECK(cal_applycal_read("applycal(vis='a', gaintable='b', spwmap=['0'])", "t", &lines, &err) ==
          CAL_USAGE);
    CHECK_TEXT(err.text, "t:1:41: spwmap: expected ids of spws, as [0, 0, 2]");
    cal_applycal_lines_free(&lines);
}

static void casa_lines(void)
{
    cal_casa_lines lines = {0};
    CHECK(!cal_casa_read("\ncaltable='a' calwt=F obs='0' fldmap=[0,1] spwmap=[2]\n"
                         "caltable=\"b\" fldmap='nearest' antmap=[1, 0] obsmap=[0]",
                         "t", &lines, &err));
    CHECK(lines.count == 2 && lines.item[0].line == 2 && !lines.item[0].calwt);
    CHECK(lines.item[0].fldmap_count == 2 && !lines.item[0].fldmap && lines.item[0].spwmap[0] == 2);
    CHECK_TEXT(lines.item[0].obs, "0");
    CHECK_TEXT(lines.item[1].fldmap, "nearest");
    CHECK(lines.item[1].calwt && lines.item[1].antmap_count == 2 && !lines.item[1].field);
    CHECK(cal_casa_read("field='a'", "t", &lines, &err) == CAL_INPUT);
    cal_casa_lines_free(&lines);
}

static void kinds(void)
{
    CHECK(cal_text_kind(" \n{\"a\":1}") == CAL_TEXT_JSON);
    CHECK(cal_text_kind("# x\napplycal(vis='a')") == CAL_TEXT_APPLYCAL);
    CHECK(cal_text_kind("caltable='a' # applycal(") == CAL_TEXT_CASA);
    CHECK(cal_text_kind("") == CAL_TEXT_CASA);
}

int main(void)
{
    literals();
    many_literals();
    applycal_lines();
    casa_lines();
    kinds();
    return unit_done();
}
