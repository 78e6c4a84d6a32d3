// Whole pages of every kind of model: well formed, self-contained, small, and with the chapters that they should have.
#include <linden/report.hpp>

#include <gtest/gtest.h>

#include "refusal.hpp"
#include "report/pages.hpp"
#include "report/well_formed.hpp"

namespace linden::reporting {
namespace {

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(Report, PagesAreWellFormedAndNeedNothingElse) {
  for (const Reported& one : all_kinds()) {
    const std::string page = report(one.model, one.data, {.command = "linden report m.json --data '<x>&.csv'"});
    EXPECT_EQ(fault_of(page), "") << one.name;
    EXPECT_LT(page.size(), 2u << 20) << one.name;
    for (const char* outside :
         {"http:", "https:", "src=", "url(", "@import", "<script", "<link rel=\"style", "<iframe"})
      EXPECT_EQ(page.find(outside), page.npos) << one.name << ": " << outside;
    EXPECT_EQ(page.find("nan"), page.npos) << one.name << page.substr(page.find("nan") - 60, 120);
    // Every figure has a role, a title and a description.
    EXPECT_GT(count(page, "<svg"), 5u) << one.name;
    EXPECT_EQ(count(page, "<svg"), count(page, "role=\"img\"")) << one.name;
    EXPECT_EQ(count(page, "<svg"), count(page, "<desc>")) << one.name;
    // Chapters of the navigation are there.
    EXPECT_EQ(count(page, "<h2"), count(page, "<li><a href=\"#")) << one.name;
    for (const char* chapter :
         {">In short<", ">How good it is<", ">What it looks at<", ">The rows of this report<", ">How it was made<"})
      EXPECT_NE(page.find(chapter), page.npos) << one.name << chapter;
  }
}

// Squares of such labels are infinite, and what is drawn still has a place.
TEST(Report, OfRowsAtTheEndsOfADouble) {
  int seen = 0;
  for (const Reported& one : all_kinds()) {
    if (one.data.label_names() != std::vector<std::string>{"score"} || one.data.has_event()) continue;
    std::vector<double> labels, x;
    for (std::int64_t row = 0; row < one.data.rows(); ++row) {
      labels.push_back(static_cast<double>(row % 5 - 2) * 1e300);
      x.push_back(static_cast<double>(row % 7 - 3) * 5e307);
    }
    Dataset data = one.data.with_label(NumberList(labels), NameList({"score"}));
    if (std::holds_alternative<BoostedModel>(one.model)) data = data.without({"x"}).with_column("x", NumberList(x));
    const std::string page = report(one.model, data);
    EXPECT_EQ(fault_of(page), "") << one.name;
    for (const char* number : {"nan", "M-inf", "Minf", "Linf", "L-inf", ",inf", ",-inf", "\"inf", "\"-inf"})
      EXPECT_EQ(page.find(number), page.npos) << one.name << page.substr(page.find(number) - 80, 160);
    ++seen;
  }
  EXPECT_GE(seen, 3);
}

TEST(Report, EachKindHasItsFigures) {
  const std::pair<const char*, std::vector<const char*>> expected[] = {
      {"two classes",
       {"ROC curve", "Precision and recall", "Calibration", "Confusion matrix", "Lift", "Cumulative gain",
        "Training: logloss", "Tree 0", "Importance by shuffling", "Dependence on x", "<title>SHAP values</title>",
        "SHAP values of x"}},
      {"many classes", {"Confusion matrix", "<title>SHAP values</title>", "ROC curves", "4 classes one by one"}},
      {"numbers", {"Actual against predicted", "QQ plot", "Residuals", "Calibration"}},
      {"counts", {"Lift", "Cumulative gain"}},
      {"a distribution", {"Coverage of quantiles"}},
      {"quantiles", {"Coverage of quantiles"}},
      {"labels", {"Labels one by one", ">warm<"}},
      {"times", {"Survival by predicted risk", "Calibration by time", "Brier score over time"}},
      {"ranking", {"NDCG by position", "Label by position", "NDCG by group"}},
      {"a line", {"Certificate", "<title>SHAP values</title>", "Weights in standard errors", "sandwich estimate"}},
      {"a line of classes", {"Certificate", "ROC curve"}},
      {"a line with l1", {"An l1 penalty chooses weights"}},
  };
  const std::vector<Reported> kinds = all_kinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    ASSERT_EQ(kinds[i].name, expected[i].first);
    const std::string page = report(kinds[i].model, kinds[i].data, {.features = 2, .trees = 1});
    for (const char* figure : expected[i].second)
      EXPECT_NE(page.find(figure), page.npos) << kinds[i].name << ": " << figure;
  }
}

TEST(Report, NamesFromTheDataAreMadeSafe) {
  const Reported one = all_kinds().front();
  const std::string page = report(one.model, one.data, {.title = "A <title> & more"});
  EXPECT_EQ(page.find("<script"), page.npos);
  EXPECT_NE(page.find("&lt;script&gt;"), page.npos);
  EXPECT_NE(page.find("with &lt;gaps&gt;"), page.npos);
  EXPECT_NE(page.find("<title>A &lt;title&gt; &amp; more</title>"), page.npos);
}

TEST(Report, IsTheSameForAnyNumberOfThreads) {
  const Reported one = all_kinds().front();
  EXPECT_EQ(report(one.model, one.data, {.threads = 1}), report(one.model, one.data, {.threads = 2}));
}

TEST(Report, IsSavedWhole) {
  const Reported one = all_kinds()[2];
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "linden_report.html";
  save_report(path, one.model, one.data, {.features = 1, .trees = 0});
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}),
            report(one.model, one.data, {.features = 1, .trees = 0}));
  std::filesystem::remove(path);
}

TEST(Report, Refusals) {
  const Reported one = all_kinds()[2];
  EXPECT_EQ(refusal<ArgumentError>([&] { report(one.model, one.data, {.trees = 21}); }),
            "report: .trees is 21; it must be from 0 to 20.");
  EXPECT_EQ(refusal<ArgumentError>([&] { report(one.model, one.data, {.features = -1}); }),
            "report: .features is -1; it must be from 0 to 100.");
  EXPECT_EQ(refusal<ArgumentError>([&] { report(one.model, one.data.take(std::vector<std::int64_t>{})); }),
            "report: the data has no rows.");
  EXPECT_EQ(refusal<ArgumentError>(
                [&] { report(one.model, one.data, {.train = one.data.take(std::vector<std::int64_t>{})}); }),
            "report: .train has no rows.");
  EXPECT_TRUE(refusal<DataError>([&] {
                report(one.model, one.data, {.train = Dataset().with_column("other", std::vector<double>{1, 2})});
              }).starts_with("report: .train: no column \""));
}

TEST(WellFormed, FindsFaults) {
  EXPECT_EQ(fault_of("<!DOCTYPE html><p class=\"a\">x &amp; y<br/></p>"), "");
  for (const char* bad : {"<p>", "<p></b>", "a & b", "<p class=a></p>", "<p class=\"a></p>", "</p>", "a < b"})
    EXPECT_NE(fault_of(bad), "") << bad;
}

}  // namespace
}  // namespace linden::reporting
