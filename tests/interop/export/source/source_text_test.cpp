#include "interop/export/source/source_text.hpp"

#include <gtest/gtest.h>

#include "refusal.hpp"

namespace linden {
namespace {

using namespace exporting;

const ExportOptions plain;
const Request as_cpp{ExportFormat::cpp, plain}, as_c{ExportFormat::c, plain};

TEST(SourceText, DoublesHaveAllDigitsAndAPoint) {
  EXPECT_EQ(double_literal(3), "3.0");
  EXPECT_EQ(double_literal(-0.0), "-0.0");
  EXPECT_EQ(double_literal(0.1), "0.1");
  EXPECT_EQ(double_literal(1e300), "1e+300");
}

TEST(SourceText, LiteralsHavePlainLettersAlone) {
  EXPECT_EQ(text_literal(as_cpp, "a \"b\"\\?\n\xc3\xa9"), "\"a \\042b\\042\\134\\077\\012\\303\\251\"");
  EXPECT_EQ(refusal<ArgumentError>([] { text_literal(as_c, std::string_view("a\0b", 3)); }),
            "export_model: c cannot hold this model: a name in it has a byte of 0, which would end it in C.");
}

TEST(SourceText, ColumnsHaveAWordEach) {
  EXPECT_EQ(column_words({"age", "a b", "a__b", "", "\xc3\xa9", "int", "a_b_2"}),
            (std::vector<std::string>{"column_age", "column_a_b", "column_a_b_2", "column", "column_2", "column_int",
                                      "column_a_b_2_2"}));
}

TEST(SourceText, MarksAreWordsOfTheLanguage) {
  const auto text = [](const Request& request) {
    SourceText source(request);
    source.open_inside();
    source.code("FUNCTION $a U32({{x}});", {{"x", "~b"}});
    source.close_inside();
    source.code("$a");
    return source.taken();
  };
  EXPECT_EQ(text(as_cpp),
            "namespace detail {\n\ninline a static_cast<uint32_t>(b);\n}  // namespace detail\n\ndetail::a");
  EXPECT_EQ(text(as_c), "static inline model_detail_a (uint32_t)(model_b);\nmodel_detail_a");
}

TEST(SourceText, NamesOfModelsAreWords) {
  for (const std::string name : {"", "1st", "a b", "_a", "a__b", "class", "std", "a;"}) {
    const ExportOptions options{.name = name};
    EXPECT_EQ(refusal<ArgumentError>([&] {
                SourceText(Request{ExportFormat::cpp, options});
              }),
              fmt::format("export_model: .name is \"{}\", which cannot be a name in source. Hint: a letter, then "
                          "letters, digits and single underscores, and no word that C or C++ keeps for itself.",
                          name));
  }
}

}  // namespace
}  // namespace linden
