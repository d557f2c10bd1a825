#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/parallel.h"
#include "base/text.h"
#include "unit.h"

static void test_glob(void)
{
    CHECK(cal_glob("3C*", "3C286"));
    CHECK(cal_glob("*", ""));
    CHECK(!cal_glob("3C?", "3C286"));
    CHECK(cal_glob("3C2[0-8]6", "3C286"));
    CHECK(!cal_glob("3C2[!0-8]6", "3C286"));
    CHECK(cal_glob("x{y,z}", "xz"));
    CHECK(cal_glob("*{0,1}*end", "a1bend"));
    CHECK(!cal_glob("x{y,z}", "x{y,z}"));
    CHECK(cal_glob("Sgr A\\*", "Sgr A*"));
    CHECK(!cal_glob("Sgr A\\*", "Sgr A2"));
    CHECK(cal_glob("[AB", "[AB"));
}

static void test_words(void)
{
    cal_words words = cal_words_split(" a , b,,c", ',');
    CHECK(words.count == 4);
    CHECK_TEXT(words.item[0], "a");
    CHECK_TEXT(words.item[2], "");
    cal_words_free(&words);
    words = cal_words_split("  ", ',');
    CHECK(words.count == 0);
    cal_words_free(&words);
    static const char *const names[] = {"field", "spw", "gaintable", "minsnr"};
    CHECK_TEXT(cal_nearest("feild", names, 4), "field");
    CHECK_TEXT(cal_nearest("gaintabel", names, 4), "gaintable");
    CHECK(cal_nearest("zzzzzz", names, 4) == NULL);
    CHECK(cal_nearest("parang", (const char *const[]){"uvrange"}, 1) == NULL);
}

static void check_wrapped(const char *text, int column, int indent, int width, const char *wanted)
{
    cal_buf buf = {0};
    cal_buf_add_wrapped(&buf, text, column, indent, width);
    CHECK_TEXT(cal_buf_text(&buf), wanted);
    cal_buf_free(&buf);
}

static void test_wrapping(void)
{
    check_wrapped("one two three", 0, 2, 7, "one two\n  three\n");
    check_wrapped("one two three", 1, 2, 7, "one\n  two\n  three\n");
    check_wrapped("longer than it a", 0, 1, 4, "longer\n than\n it\n a\n");
    check_wrapped("\u00b5Jy \u00b5Jy a", 0, 0, 7, "\u00b5Jy \u00b5Jy\na\n");
    check_wrapped(" a  b ", 0, 0, 9, "a b\n");
    check_wrapped("", 5, 2, 9, "\n");
}

/* fields_ms 3.1. */
static void test_casa_names(void)
{
    static const struct {
        const char *name, *safe;
        bool plain;
    } cases[] = {{"J1427-4206", "J1427-4206", true},
                 {"3C286", "3C286", true},
                 {"a_b+c", "a_b+c", true},
                 {"-1", "-1", true},
                 {"+5", "+5", true},
                 {"12-34", "12-34", true},
                 {"1e5", "1e5", true},
                 {"1.5", "\"1.5\"", true},
                 {"3C286.A", "\"3C286.A\"", true},
                 {"a=b", "\"a=b\"", true},
                 {"1", "\"1\"", false},
                 {"007", "\"007\"", false},
                 {"\xc2\xb2", "\"\xc2\xb2\"", false}, /* superscript two: a digit to Python */
                 {"\xd9\xa3\xd9\xa4", "\"\xd9\xa3\xd9\xa4\"", false}, /* Arabic digits */
                 {"caf\xc3\xa9", "\"caf\xc3\xa9\"", false},
                 {"Sgr A*", "\"Sgr A*\"", false},
                 {"NGC 5055", "\"NGC 5055\"", false},
                 {" pad ", "\" pad \"", false},
                 {"a,b", "\"a,b\"", false},
                 {"5~7", "\"5~7\"", false},
                 {"O'Neill", "\"O'Neill\"", false},
                 {"q\"q", "\"q\"q\"", false},
                 {"\"3C 1\"", "\"\"3C 1\"\"", false}, /* done twice */
                 {"", "", false}};
    for (size_t i = 0; i < CAL_COUNT(cases); i++) {
        char *safe = cal_casa_name(cases[i].name);
        CHECK_TEXT(safe, cases[i].safe);
        CHECK(cal_casa_name_is_plain(cases[i].name) == cases[i].plain);
        free(safe);
    }
}

static void test_quantities(void)
{
    double value = 0;
    cal_error err = {0};
    CHECK(!cal_parse_quantity("1.5min", "s", "s", &value, &err) && value == 90);
    CHECK(!cal_parse_quantity("10", "s", "s", &value, &err) && value == 10);
    CHECK(!cal_parse_quantity("2 GHz", "Hz", NULL, &value, &err) && value == 2e9);
    CHECK(cal_parse_quantity("5m", "s", "s", &value, &err) == CAL_USAGE);
    CHECK_TEXT(err.text, "\"5m\": unknown unit \"m\"; units here are s ms us min h d");
    CHECK(cal_parse_quantity("five", "s", "s", &value, &err) == CAL_USAGE);
    CHECK(cal_parse_quantity("inf", "s", "s", &value, &err) == CAL_USAGE);
    long long whole;
    CHECK(!cal_parse_int("99999999999999999999", &whole) && !cal_parse_int("3x", &whole) &&
          !cal_parse_int("", &whole));
    CHECK(!cal_parse_number("0x10", &value) && !cal_parse_number("1 ", &value));
}

static void test_times(void)
{
    char text[40];
    double time = 0;
    CHECK(cal_time_parse("2014-09-20T10:35:59.808", &time));
    CHECK_NEAR(time, 4917926159.808, 1e-5);
    CHECK_TEXT(cal_time_iso(time, 3, text), "2014-09-20T10:35:59.808");
    CHECK_TEXT(cal_time_iso(0, 0, text), "1858-11-17T00:00:00");
    CHECK_TEXT(cal_time_iso(86399.9999, 3, text), "1858-11-18T00:00:00.000");
    CHECK(cal_time_parse("2024/03/01/09:00:00", &time) && time == 60370 * 86400.0 + 32400);
    CHECK(cal_time_parse("2024-02-29", &time) && time == 60369 * 86400.0);
    CHECK(!cal_time_parse("2024-13-01", &time) && !cal_time_parse("09:00", &time));
    CHECK_TEXT(cal_time_iso(NAN, 0, text), "unknown");
}

static void test_json(void)
{
    char *text = cal_json_dump(JV_ARRAY(jv_null()));
    CHECK_TEXT(text, "[null]");
    free(text);
    jv array = JV_ARRAY(cal_json_float(0.1f), cal_json_float(NAN), cal_json_double(INFINITY),
                        cal_json_double(0.1), cal_json_float(16777216.0f), cal_json_text("a\xff"));
    text = cal_json_dump(array);
    CHECK_TEXT(text, "[0.1,null,null,0.1,16777216,\"a\xef\xbf\xbd\"]");
    free(text);
    jv_free(array);
    cal_error err = {0};
    jv value;
    CHECK(cal_json_parse("{\"a\": [1,2,}", "x.json", &value, &err) == CAL_USAGE);
    CHECK(strstr(err.text, "x.json") && strstr(err.text, "line 1"));
    CHECK(cal_json_parse("1 2", "x.json", &value, &err) == CAL_USAGE);
    CHECK(cal_json_parse("", "x.json", &value, &err) == CAL_USAGE);
    CHECK(!cal_json_parse("{\"n\": 3, \"t\": \"word\", \"b\": true}", "x", &value, &err));
    CHECK(cal_json_number_at(value, "n", 0) == 3 && cal_json_number_at(value, "t", -1) == -1);
    CHECK_TEXT(cal_json_text_at(value, "t", ""), "word");
    CHECK(cal_json_bool_at(value, "b", false) && !cal_json_has(value, "missing"));
    jv list;
    int at;
    CHECK(!cal_json_parse("{\"l\": [1, {\"n\": 2}, {\"n\": \"b\", \"v\": 3}, {\"n\": \"b\"}]}",
                          "list", &list, &err));
    jv item = cal_json_find(list, "l", "n", "b", &at);
    CHECK(at == 2 && cal_json_number_at(item, "v", 0) == 3);
    jv_free(item);
    item = cal_json_find(list, "l", "n", "c", &at);
    CHECK(at == -1 && jv_get_kind(item) == JV_KIND_NULL);
    item = cal_json_find(list, "none", "n", "b", NULL);
    CHECK(jv_get_kind(item) == JV_KIND_NULL);
    jv_free(list);
    jv_free(value);
}

static void test_json_stream(void)
{
    char path[] = "/tmp/calutils-base-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs("{\"n\": 1}\n{\"n\": 2} 3\n", file);
    fclose(file);
    cal_error err = {0};
    jv values, value;
    CHECK(!cal_json_read_all(path, &values, &err));
    char *text = cal_json_dump(values);
    CHECK_TEXT(text, "[{\"n\":1},{\"n\":2},3]");
    free(text);
    jv_free(values);
    CHECK(cal_json_read(path, &value, &err) == CAL_USAGE);
    file = fopen(path, "w");
    fputs("{\"n\": 1}\n{\"n\": ", file);
    fclose(file);
    CHECK(cal_json_read_all(path, &values, &err) == CAL_USAGE);
    CHECK(!strncmp(err.text, path, strlen(path)) && strstr(err.text, "line 2"));
    remove(path);
}

static void test_numbers(void)
{
    double odd[] = {5, 1, 4, 2, 3}, even[] = {4, 1, 3, 2};
    CHECK(cal_median(odd, 5) == 3 && cal_median(even, 4) == 2.5 && isnan(cal_median(even, 0)));
    float same[] = {2, 2, 2, 2, 2, 2};
    CHECK(cal_median_f(same, 6) == 2);
    uint8_t flags[600];
    for (int i = 0; i < 600; i++)
        flags[i] = i % 3 ? (uint8_t)i | 1 : 0; /* whatever is not 0 */
    CHECK(cal_count_set(flags, 600) == 400 && cal_count_set(flags + 1, 2) == 2);
    CHECK(cal_count_set(flags + 3, 131) == 87 && cal_count_set(flags, 0) == 0);
    cal_random random;
    cal_random_seed(&random, 1);
    double sum = 0, square = 0;
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        double x = cal_random_uniform(&random);
        sum += x;
        square += x * x;
    }
    CHECK_NEAR(sum / N, 0.5, 0.003);
    CHECK_NEAR(square / N, 1. / 3, 0.003);
}

static void square_item(void *user, int item, int worker)
{
    (void)worker;
    ((int *)user)[item] = item * item;
}

static void test_parallel(void)
{
    int result[1000] = {0};
    cal_parallel(4, 1000, square_item, result);
    int wrong = 0;
    for (int i = 0; i < 1000; i++)
        wrong += result[i] != i * i;
    CHECK(wrong == 0);
}

int main(void)
{
    test_glob();
    test_words();
    test_wrapping();
    test_casa_names();
    test_quantities();
    test_times();
    test_json();
    test_json_stream();
    test_numbers();
    test_parallel();
    return unit_done();
}
