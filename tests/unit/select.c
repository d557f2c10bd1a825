/* The selection expressions.
 *
 *     select                 unit tests on a made-up set (TAP)
 *     select MS CASES NAME   for each case of the JSON list CASES whose "in" is NAME: one line of JSON with the rows of MS that it
 *                            selects, or the error
 */
#include "base/json.h"
#include "base/mem.h"
#include "ms/block.h"
#include "unit.h"

/* ---- a set without a disk ---- */

enum { FIELDS = 10, SPWS = 4, ANTENNAS = 5, STATES = 3 };

static const char *const field_name[FIELDS] = {"3C286",  "J1310+3220", "NGC 1", "2",      "Sgr A*",
                                               "Sgr A2", "NGC 1",      " pad ", "x{y,z}", "12-34"};
static const char *const field_code[FIELDS] = {"A", "D", "", "", "", "", "", "", "", ""};
static const char *const antenna_name[ANTENNAS] = {"ea01", "ea02", "3", "", "ea05"};
static const char *const station[ANTENNAS] = {"W01", "W02", "N01", "", "N02"};
static const char *const obs_mode[STATES] = {"CALIBRATE_BANDPASS#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE",
                                             "CALIBRATE_PHASE#ON_SOURCE",
                                             "OBSERVE_TARGET#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE"};

static cal_field field[FIELDS];
static cal_antenna antenna[ANTENNAS];
static cal_state state[STATES];
static cal_spw spw[SPWS];
static double freq[SPWS][16], width[SPWS][16];
static int circular[] = {5, 6, 7, 8}, parallel_hands[] = {5, 8};
static cal_polarization pol[] = {{4, circular, NULL}, {2, parallel_hands, NULL}};
static cal_data_desc dd[] = {
    {0, 0, false}, {1, 1, false}, {2, 1, false}, {3, 0, false}, {0, 1, false}};
static cal_meta meta = {.antenna = antenna,
                        .spw = spw,
                        .pol = pol,
                        .dd = dd,
                        .field = field,
                        .state = state,
                        .antennas = ANTENNAS,
                        .spws = SPWS,
                        .pols = 2,
                        .dds = 5,
                        .fields = FIELDS,
                        .states = STATES};

/* Windows: 0 ascending from 8 GHz by 2 MHz, 1 descending from 9.2 GHz by 4 MHz, 2 one channel at 8.5 GHz, 3 a name with dashes. */
static void make_spw(int id, const char *name, int nchan, double first, double step)
{
    spw[id] = (cal_spw){.name = cal_copy_text(name),
                        .nchan = nchan,
                        .freq = freq[id],
                        .width = width[id],
                        .ref_freq = first};
    for (int c = 0; c < nchan; c++) {
        freq[id][c] = first + c * step;
        width[id][c] = step;
    }
}

static void make_set(void)
{
    meta.path = cal_copy_text("made-up");
    for (int i = 0; i < FIELDS; i++)
        field[i] =
            (cal_field){.name = cal_copy_text(field_name[i]), .code = cal_copy_text(field_code[i])};
    for (int i = 0; i < ANTENNAS; i++)
        antenna[i] = (cal_antenna){.name = cal_copy_text(antenna_name[i]),
                                   .station = cal_copy_text(station[i]),
                                   .position = {100.0 * i * i, 0, 0}};
    for (int i = 0; i < STATES; i++)
        state[i] = (cal_state){.obs_mode = cal_copy_text(obs_mode[i])};
    make_spw(0, "EVLA_X#A0C0#0", 16, 8e9, 2e6);
    make_spw(1, "EVLA_X#B0D0#1", 8, 9.2e9, -4e6);
    make_spw(2, "WVR#NOMINAL", 1, 8.5e9, 10e6);
    make_spw(3, "ALMA_RB_03#SW-01#FULL_RES", 8, 9.5e9, 4e6);
}

static cal_selection *chosen;
static cal_error problem;

static cal_status resolve(cal_select_text text)
{
    cal_selection_free(chosen);
    chosen = NULL;
    problem = (cal_error){0};
    return cal_select_resolve(&text, NULL, &meta, &chosen, &problem);
}

/* "0 2 4", or the error's text. */
static const char *ids_text(const int *id, int count)
{
    static char text[256];
    size_t length = 0;
    text[0] = 0;
    for (int i = 0; i < count; i++)
        length += snprintf(text + length, sizeof text - length, "%s%d", i ? " " : "", id[i]);
    return text;
}

static const char *fields(const char *expression)
{
    int count;
    if (resolve((cal_select_text){.field = expression}))
        return problem.text;
    const int *id = cal_selection_fields(chosen, &count);
    return ids_text(id, count);
}

static const char *intents(const char *expression)
{
    int count;
    if (resolve((cal_select_text){.intent = expression}))
        return problem.text;
    const int *id = cal_selection_states(chosen, &count);
    return ids_text(id, count);
}

static const char *dds(const char *windows, const char *correlation)
{
    int count;
    if (resolve((cal_select_text){.spw = windows, .correlation = correlation}))
        return problem.text;
    const int *id = cal_selection_dds(chosen, &count);
    return ids_text(id, count);
}

/* Correlations of a data description, of the selection made last. */
static const char *corrs(int description)
{
    int count;
    const int *id = cal_selection_corrs(chosen, description, &count);
    return ids_text(id, count);
}

/* "0:2~4;7 1:*": windows with first~last^step. */
static const char *channels(const char *expression)
{
    static char text[256];
    size_t length = 0;
    int count;
    if (resolve((cal_select_text){.spw = expression}))
        return problem.text;
    const cal_spw_choice *choice = cal_selection_spws(chosen, &count);
    text[0] = 0;
    for (int i = 0; i < count; i++) {
        length +=
            snprintf(text + length, sizeof text - length, "%s%d:", i ? " " : "", choice[i].spw);
        for (int r = 0; r < choice[i].ranges && !choice[i].whole; r++)
            length += snprintf(text + length, sizeof text - length, "%s%d~%d^%d", r ? ";" : "",
                               choice[i].range[r].first, choice[i].range[r].last,
                               choice[i].range[r].step);
        length += snprintf(text + length, sizeof text - length, "%s", choice[i].whole ? "*" : "");
    }
    return text;
}

/* How many of the 15 pairs a <= b are kept. */
static int pairs(const char *expression)
{
    enum { PAIRS = ANTENNAS * (ANTENNAS + 1) / 2 };
    int one[PAIRS], two[PAIRS];
    uint8_t keep[PAIRS];
    cal_rows rows = {.count = 0, .antenna1 = one, .antenna2 = two};
    if (resolve((cal_select_text){.antenna = expression}))
        return -(int)problem.status;
    for (int a = 0; a < ANTENNAS; a++)
        for (int b = a; b < ANTENNAS; b++) {
            one[rows.count] = a;
            two[rows.count++] = b;
        }
    return (int)cal_selection_rows(chosen, &rows, keep);
}

/* Which of the times 0, 5, 10, ... 95 s after 2024-03-01T09:00:00 (5 s each) are kept, as how many and the first. */
static int times(const char *expression, int *first)
{
    double time[20], interval[20];
    uint8_t keep[20];
    cal_rows rows = {.count = 20, .time = time, .interval = interval};
    for (int i = 0; i < 20; i++) {
        time[i] = 60370 * 86400.0 + 9 * 3600 + 5 * i;
        interval[i] = 5;
    }
    if (resolve((cal_select_text){.timerange = expression}))
        return -(int)problem.status;
    int kept = (int)cal_selection_rows(chosen, &rows, keep);
    for (*first = 0; *first < 20 && !keep[*first];)
        ++*first;
    return kept;
}

/* How many of the lengths 0, 100, ... 900 m are kept, in window 0 (8 GHz). */
static int lengths(const char *expression)
{
    double uvw[30] = {0};
    int zero[10] = {0};
    uint8_t keep[10];
    cal_rows rows = {.count = 10, .uvw = uvw, .dd = zero};
    for (int i = 0; i < 10; i++)
        uvw[3 * i] = 100 * i;
    if (resolve((cal_select_text){.uvrange = expression}))
        return -(int)problem.status;
    return (int)cal_selection_rows(chosen, &rows, keep);
}

/* ---- the tests ---- */

static void test_fields(void)
{
    CHECK_TEXT(fields("3C286"), "0");
    CHECK_TEXT(fields(" 3C286 , 1"), "0 1");
    CHECK_TEXT(fields("(2,0)"), "2 0");
    CHECK_TEXT(fields("1~3"), "1 2 3");
    CHECK_TEXT(fields(">7"), "8 9");
    CHECK_TEXT(fields(">0&<3"), "1 2");
    CHECK_TEXT(fields("NGC 1"), "2 6");
    CHECK_TEXT(fields("2"), "2");
    CHECK_TEXT(fields("\"2\""), "3");
    CHECK_TEXT(fields("007"), "7");
    CHECK_TEXT(fields("\"Sgr A*\""), "4");
    CHECK_TEXT(fields("Sgr A*"), "4 5");
    CHECK_TEXT(fields("Sgr A\\*"), "4");
    CHECK_TEXT(fields("\"x{y,z}\""), "8");
    CHECK_TEXT(fields("12-34"), "9");
    CHECK_TEXT(fields("pad"), "7");
    CHECK_TEXT(fields("\" pad \""), "7");
    CHECK_TEXT(fields("/J.*/"), "1");
    CHECK_TEXT(fields("D"), "1");
    CHECK_TEXT(fields(""), "0 1 2 3 4 5 6 7 8 9");
    CHECK_TEXT(fields("3c286"), "no field matches \"3c286\" (did you mean \"3C286\"?); fields are "
                                "0 3C286, 1 J1310+3220, 2 NGC 1, "
                                "3 2, 4 Sgr A*, 5 Sgr A2, 6 NGC 1, 7  pad , 8 x{y,z}, 9 12-34");
    CHECK(problem.status == CAL_INPUT);
    CHECK_TEXT(fields("2~0"),
               "field selection \"2~0\": the range 2~0 is reversed (at character 4)");
    CHECK(problem.status == CAL_USAGE);
    CHECK_TEXT(fields("0,,1"),
               "field selection \"0,,1\": a name or id is needed before \",\" (at character 3)");
    CHECK_TEXT(fields("\"3C286"),
               "field selection \"\"3C286\": the closing \" is missing (at character 1)");
    CHECK_TEXT(fields("4294967296"),
               "field selection \"4294967296\": the number is too large (at character 1)");
    CHECK_TEXT(fields("99"), "no field matches \"99\"; fields are 0 3C286, 1 J1310+3220, 2 NGC 1, "
                             "3 2, 4 Sgr A*, 5 Sgr A2, "
                             "6 NGC 1, 7  pad , 8 x{y,z}, 9 12-34");
}

static void test_intents(void)
{
    CHECK_TEXT(intents("*WVR*"), "0 2");
    CHECK_TEXT(intents("CALIBRATE_PHASE#ON_SOURCE"), "1");
    CHECK_TEXT(intents("*TARGET*,*BANDPASS*"), "2 0");
    CHECK_TEXT(intents("*WVR*&*TARGET*"), "2");
    CHECK_TEXT(intents("0~1"), "0 1");
    CHECK_TEXT(intents("/.*PHASE.*/"), "1");
    CHECK_TEXT(intents("*PHASE*&*WVR*"), "no state has all the intents of \"*PHASE*&*WVR*\"");
    CHECK(intents("PHASE") && problem.status == CAL_INPUT);
}

static void test_spws(void)
{
    CHECK_TEXT(channels("3,0"), "3:* 0:*");
    CHECK_TEXT(channels("0:7;2;5"), "0:7~7^1;2~2^1;5~5^1");
    CHECK_TEXT(channels("0:3~5,0:5~8"), "0:3~5^1;6~8^1");
    CHECK_TEXT(channels("0,0:3~5"), "0:*");
    CHECK_TEXT(channels("0:0~15^4"), "0:0~15^4");
    CHECK_TEXT(channels("0:^5"), "0:0~15^5");
    CHECK_TEXT(channels("0~3^2"), "0:* 2:*");
    CHECK_TEXT(channels("0<>3"), "1:* 2:*");
    CHECK_TEXT(channels("0;1"), "0:* 1:*");
    CHECK_TEXT(channels("ALMA_RB_03#SW-01#FULL_RES:2"), "3:2~2^1");
    CHECK_TEXT(channels("*X#*:2~3"), "0:2~3^1 1:2~3^1");
    CHECK_TEXT(channels("0:12~30"), "0:12~15^1");
    CHECK_TEXT(channels("*:2~3"), "0:2~3^1 1:2~3^1 3:2~3^1");
    CHECK_TEXT(channels("0:8.003~8.011GHz"), "0:2~5^1");
    CHECK_TEXT(channels("0:8003~8011MHz^4MHz"), "0:2~5^2");
    CHECK_TEXT(channels("1:9.18~9.19GHz"), "1:3~5^1");
    CHECK_TEXT(channels("1:9.196GHz"), "1:0~1^1");
    CHECK_TEXT(channels("*:8.003~8.011GHz"), "0:2~5^1");
    CHECK_TEXT(channels("8.496GHz"), "2:*");
    CHECK_TEXT(channels("8.0~8.6GHz"), "0:* 2:*");
    CHECK_TEXT(channels("8.02~8.1GHz"), "0:*");
    CHECK(channels("8.7GHz") && problem.status == CAL_INPUT);
    CHECK(channels("0:30~40") && problem.status == CAL_INPUT);
    CHECK(channels("0,9") && problem.status == CAL_INPUT);
    CHECK(channels("0<>1") && problem.status == CAL_USAGE);
    CHECK(channels("1.7") && problem.status == CAL_USAGE);
    CHECK_TEXT(channels("0:10~5"),
               "spw selection \"0:10~5\": the channel range is reversed (at character 7)");
    CHECK_TEXT(channels("0:3~"), "spw selection \"0:3~\": a number is missing (at character 5)");
}

static void test_correlations(void)
{
    CHECK_TEXT(dds(NULL, "RR"), "0 1 2 3 4");
    CHECK_TEXT(dds(NULL, "RL"), "0 3");
    CHECK_TEXT(dds("0", NULL), "0 4");
    CHECK_TEXT(dds("0", "RL"), "0");
    CHECK_TEXT(dds(NULL, "3:RL,LR"), "3");
    CHECK_TEXT(corrs(3), "1 2");
    CHECK_TEXT(dds(NULL, "LL,RR"), "0 1 2 3 4");
    CHECK_TEXT(corrs(0), "0 3");
    CHECK_TEXT(dds(NULL, "XX"), "no correlation matches \"XX\"; the data have RR, RL, LR, LL");
}

static void test_antennas(void)
{
    CHECK(pairs("*") == 10 && pairs("*&&") == 15 && pairs("*&&&") == 5);
    CHECK(pairs("ea01") == 4 && pairs("ea01&") == 0 && pairs("ea01&&*") == 5 &&
          pairs("ea01&&&") == 1);
    CHECK(pairs("ea02&ea01") == 1 && pairs("ea01,ea02&") == 1 && pairs("ea01&ea01") == 0);
    CHECK(pairs("!ea01") == 11 && pairs("ea01;!ea02") == 3 && pairs("!ea01;ea02") == 12);
    CHECK(pairs("3&ea01") == 1 && pairs("4&ea05") == 0 &&
          pairs("1&ea02") == 0); /* names before ids */
    CHECK(pairs("W0*&") == 1 && pairs("@W01") == 4 && pairs("ea01@W01") == 4 &&
          pairs("(ea*)@(N02)") == 4);
    CHECK(pairs("/ea0[12]/&") == 1 && pairs("^/ea0[12]/&") == 3 && pairs("/ea02&ea01/") == 1);
    CHECK(pairs("<150m") == 6 && pairs("0.2~0.6km") == 3 && pairs("!<150m") == 9);
    CHECK(pairs("ea99") == -CAL_INPUT && pairs("ea01@N01") == -CAL_INPUT &&
          pairs("9") == -CAL_INPUT);
    CHECK(pairs("ea01;") == -CAL_USAGE && pairs("!") == -CAL_USAGE && pairs("&ea01") == -CAL_USAGE);
    CHECK(pairs("ea01&&&&") == -CAL_USAGE && pairs("4~1") == -CAL_USAGE);
}

static void test_ranges(void)
{
    int first;
    CHECK(times("2024/03/01/09:00:10~2024/03/01/09:00:20", &first) == 3 && first == 2);
    CHECK(times("2024-03-01T09:00:10~2024-03-01T09:00:20", &first) == 3 && first == 2);
    CHECK(times("2024/03/01/09:00:10~09:00:20", &first) == 3 && first == 2);
    CHECK(times("2024/03/01/09:00:11", &first) == 1 && first == 2);
    CHECK(times("2024/03/01/09:00:10+10", &first) == 3 &&
          times("2024/03/01/09:00:10+00:00:10", &first) == 3);
    CHECK(times(">2024/03/01/09:00:10", &first) == 17 && first == 3);
    CHECK(times("<2024/03/01/09:00:10,2024/03/01/09:01:35", &first) == 3 && first == 0);
    CHECK(times("2024/03/01/09:00:20~09:00:10", &first) == -CAL_USAGE);
    CHECK(times("2024/13/01", &first) == -CAL_USAGE && times("09-02-40", &first) == -CAL_USAGE);
    CHECK(times("yesterday", &first) == -CAL_USAGE && times("09:00", &first) == -CAL_USAGE);
    CHECK(lengths(">500m") == 4 && lengths("200~600m") == 5 && lengths("0.2~0.6km") == 5 &&
          lengths("<0.3km,>700") == 5);
    CHECK(lengths("500") == 1 && lengths("500m:25%") == 3 && lengths("<10klambda") == 4 &&
          lengths("10~20klambda") == 4);
    CHECK(lengths("600~200m") == -CAL_USAGE && lengths("300mm") == -CAL_USAGE &&
          lengths("-5m") == -CAL_USAGE);
    CHECK(lengths("1m~1klambda") == -CAL_USAGE);
}

/* ---- cases on a real set ---- */

static void must(cal_status status, const cal_error *err)
{
    if (status) {
        fprintf(stderr, "select: %s\n", err->text);
        exit(status);
    }
}

static int *read_ints(cal_table *ms, const char *column)
{
    cal_error err = {0};
    int *value = CAL_NEW_ARRAY(int, cal_table_rows(ms));
    must(
        cal_table_get(ms, column, CAL_TYPE_INT, cal_span_range(0, cal_table_rows(ms)), value, &err),
        &err);
    return value;
}

static double *read_doubles(cal_table *ms, const char *column, int per_row)
{
    cal_error err = {0};
    double *value = CAL_NEW_ARRAY(double, cal_table_rows(ms) * per_row);
    must(cal_table_get(ms, column, CAL_TYPE_DOUBLE, cal_span_range(0, cal_table_rows(ms)), value,
                       &err),
         &err);
    return value;
}

static cal_rows read_rows(cal_table *ms)
{
    return (cal_rows){.count = cal_table_rows(ms),
                      .antenna1 = read_ints(ms, "ANTENNA1"),
                      .antenna2 = read_ints(ms, "ANTENNA2"),
                      .dd = read_ints(ms, "DATA_DESC_ID"),
                      .field = read_ints(ms, "FIELD_ID"),
                      .scan = read_ints(ms, "SCAN_NUMBER"),
                      .state = read_ints(ms, "STATE_ID"),
                      .observation = read_ints(ms, "OBSERVATION_ID"),
                      .array = read_ints(ms, "ARRAY_ID"),
                      .feed1 = read_ints(ms, "FEED1"),
                      .feed2 = read_ints(ms, "FEED2"),
                      .time = read_doubles(ms, "TIME", 1),
                      .interval = read_doubles(ms, "INTERVAL", 1),
                      .uvw = read_doubles(ms, "UVW", 3)};
}

static jv kept_ranges(const uint8_t *keep, int64_t count)
{
    jv list = jv_array();
    for (int64_t i = 0; i < count; i++) {
        int64_t first = i;
        while (i < count && keep[i])
            i++;
        if (i > first)
            cal_json_push(&list, JV_ARRAY(jv_number(first), jv_number(i - 1)));
    }
    return list;
}

static jv channel_list(const cal_selection *selection)
{
    int count;
    const cal_spw_choice *choice = cal_selection_spws(selection, &count);
    jv list = jv_array();
    for (int i = 0; i < count; i++)
        for (int r = 0; r < choice[i].ranges; r++) {
            const cal_chan_range *range = &choice[i].range[r];
            int row[] = {choice[i].spw, range->first, range->last, range->step};
            cal_json_push(&list, cal_json_ints(row, 4));
        }
    return list;
}

static jv run_case(cal_table *ms, const cal_meta *real, const cal_rows *rows, jv select)
{
    const char *antenna_text = cal_json_text_at(select, "baseline", NULL);
    cal_select_text text = {cal_json_text_at(select, "field", NULL),
                            cal_json_text_at(select, "spw", NULL),
                            cal_json_text_at(select, "scan", NULL),
                            cal_json_text_at(select, "scanintent", NULL),
                            antenna_text,
                            cal_json_text_at(select, "time", NULL),
                            cal_json_text_at(select, "uvdist", NULL),
                            cal_json_text_at(select, "polarization", NULL),
                            cal_json_text_at(select, "observation", NULL),
                            cal_json_text_at(select, "array", NULL),
                            cal_json_text_at(select, "feed", NULL)};
    cal_selection *selection;
    cal_error err = {0};
    jv answer = jv_object();
    if (cal_select_resolve(&text, ms, real, &selection, &err)) {
        cal_json_set(&answer, "error", cal_json_text(err.text));
        cal_json_set(&answer, "status", jv_number(err.status));
        return answer;
    }
    uint8_t *keep = CAL_NEW_ARRAY(uint8_t, rows->count);
    cal_json_set(&answer, "nrow", jv_number(cal_selection_rows(selection, rows, keep)));
    cal_json_set(&answer, "rows", kept_ranges(keep, rows->count));
    cal_json_set(&answer, "channel", channel_list(selection));
    free(keep);
    cal_selection_free(selection);
    return answer;
}

static int run_cases(const char *path, const char *cases, const char *name)
{
    cal_error err = {0};
    cal_table *ms;
    cal_meta *real;
    jv list;
    must(cal_meta_load(path, &ms, &real, &err), &err);
    must(cal_json_read(cases, &list, &err), &err);
    cal_rows rows = read_rows(ms);
    jv_array_foreach(list, i, item)
    {
        jv select = cal_json_at(item, "select");
        if (!strcmp(cal_json_text_at(item, "in", ""), name)) {
            jv answer = run_case(ms, real, &rows, select);
            cal_json_set(&answer, "select", jv_copy(select));
            char *line = cal_json_dump(answer);
            puts(line);
            free(line);
            jv_free(answer);
        }
        jv_free(select);
        jv_free(item);
    }
    jv_free(list);
    cal_meta_free(real);
    return cal_table_close(ms, NULL);
}

int main(int argc, char **argv)
{
    if (argc == 4)
        return run_cases(argv[1], argv[2], argv[3]);
    make_set();
    test_fields();
    test_intents();
    test_spws();
    test_correlations();
    test_antennas();
    test_ranges();
    cal_selection_free(chosen);
    return unit_done();
}
