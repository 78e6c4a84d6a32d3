// Models as source: compiled as C++17 and as C99 with every warning an error, run, and compared bit for bit.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <linden/linear.hpp>

#include "boosting/categories/statistics_data.hpp"
#include "interop/export/random_models.hpp"

namespace linden {
namespace {

namespace fs = std::filesystem;
using exported::Rows;

struct Subject {
  std::string what;
  AnyModel model;
  Rows rows, want;                  // `want`: scores, then predictions
  std::vector<double> offset = {};  // of every row
};

class Workplace {
 public:
  Workplace() : path_(fs::temp_directory_path() / fmt::format("linden_source_{}", ::getpid())) {
    fs::create_directory(path_);
  }
  ~Workplace() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int outputs_of(const AnyModel& model) {
  return std::visit([](const auto& m) { return m.outputs(); }, model);
}

// What the models say of all rows, by programs of their source.
void expect_same_bits(const std::vector<Subject>& subjects, ExportFormat format, const std::string& flags) {
  const Workplace place;
  const bool is_cpp = format == ExportFormat::cpp;
  std::string program = "#include <stdio.h>\n", body;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Subject& one = subjects[i];
    const std::string name = fmt::format("m{}", i), prefix = name + (is_cpp ? "::" : "_");
    export_model(one.model, place / (name + ".h"), format, {.name = name});
    std::ofstream rows(place / (name + ".rows"), std::ios::binary);
    for (const std::vector<double>& row : one.rows)
      rows.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(8 * row.size()));
    std::string offset;
    for (const double x : one.offset) offset += (offset.empty() ? "" : ", ") + fmt::format("{}", x);
    program += fmt::format("#include \"{}.h\"\n", name);
    body += fmt::format(
        "  {{\n    double row[{0}features + 1], out[2 * {0}outputs];\n{4}"
        "    FILE* in = fopen(\"{1}.rows\", \"rb\");\n    FILE* to = fopen(\"{1}.out\", \"wb\");\n"
        "    while (fread(row, 8, {2}, in) == {2}) {{\n      {0}scores(row, {5}out);\n      {0}predict(row, {5}out + "
        "{3});\n"
        "      fwrite(out, 8, 2 * {3}, to);\n    }}\n    fclose(in);\n    fclose(to);\n  }}\n",
        prefix, name, one.rows[0].size(), outputs_of(one.model),
        offset.empty() ? "" : fmt::format("    const double offset[] = {{{}}};\n", offset),
        offset.empty() ? "" : "offset, ");
  }
  program += "int main(void) {\n" + body + "  return 0;\n}\n";
  std::ofstream(place / "main.c") << program;
  const std::string folder = (place / "").string();
  const std::string command =
      fmt::format("cd '{}' && '{}' {} {} -Wall -Wextra -Wshadow -pedantic -Werror main.c -lm -o run 2> errors && ./run",
                  folder, LINDEN_COMPILER, is_cpp ? "-x c++ -std=c++17" : "-x c -std=c99", flags);
  ASSERT_EQ(std::system(command.c_str()), 0) << command << "\n" << contents(place / "errors").substr(0, 4000);
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    std::string want;
    for (const std::vector<double>& row : subjects[i].want)
      want.append(reinterpret_cast<const char*>(row.data()), 8 * row.size());
    const std::string got = contents(place / fmt::format("m{}.out", i));
    ASSERT_EQ(got.size(), want.size()) << subjects[i].what;
    EXPECT_TRUE(got == want) << subjects[i].what << ", " << flags;
  }
}

Subject subject(std::string what, const AnyModel& model, const Rows& rows, std::vector<double> offset = {}) {
  Subject made{std::move(what), model, rows, {}, std::move(offset)};
  std::visit(
      [&](const auto& m) {
        for (const std::vector<double>& row : rows) {
          std::vector<double>& want = made.want.emplace_back(static_cast<std::size_t>(2 * m.outputs()));
          m.predict_row(row, std::span(want).subspan(static_cast<std::size_t>(m.outputs())), made.offset);
        }
      },
      model);
  return made;
}

// `scores(row)` are known otherwise.
template <class Scores>
Subject with_scores(Subject one, const Scores& scores) {
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    const std::vector<double> of_row = scores(one.rows[i]);
    std::copy(of_row.begin(), of_row.end(), one.want[i].begin());
  }
  return one;
}

void add_hand_made(std::vector<Subject>& subjects) {
  std::vector<hand_made::Options> all = exported::constant_leaves();
  all.push_back({.linear = true, .zeros_missing = true});
  all.push_back({.outputs = 2, .linear = true, .rounds = 9, .categories = {0, 0, 0}});
  all.push_back({.rounds = 30, .zeros_missing = true});
  for (const Link link : {Link::sigmoid, Link::exp, Link::expm1})
    all.push_back({.rounds = 3, .loss = link_only_loss("a", link, 1, LabelKind::real)});
  for (const Link link : {Link::softmax, Link::sorted, Link::sigmoid})
    all.push_back({.outputs = 3, .rounds = 3, .loss = link_only_loss("a", link, 3, LabelKind::real)});
  for (const Link link : {Link::normal, Link::log_normal, Link::gamma})
    all.push_back({.outputs = 2, .rounds = 3, .loss = link_only_loss("a", link, 2, LabelKind::real)});
  std::uint64_t seed = 1;
  for (const hand_made::Options& options : all) {
    const exported::Case one = exported::random_case(seed++, options, 300);
    subjects.push_back(with_scores(subject(fmt::format("hand made {}", seed), one.model, one.rows),
                                   [&](const std::vector<double>& row) { return exported::scores_of(one, row); }));
  }
}

Rows rows_of(const RandomData& data) {
  Rows rows;
  for (int row = 0; row < data.rows(); ++row) rows.push_back(hand_made::row_of(data, row));
  return rows;
}

// Target statistics of categories; scores of a squared loss are predictions.
void add_statistics(std::vector<Subject>& subjects) {
  const RandomData data = categories_data(3, 400, {40, 30, 7}, 0);
  BoostingConfig config{.loss = loss::squared(), .rounds = 6, .max_leaves = 8};
  config.categories.encoding = CategoryEncoding::statistics;
  const BoostedModel model = fit_boosted(data.dataset(), config);
  ASSERT_FALSE(model.derived_features().empty());
  Rows rows = rows_of(data);
  for (std::size_t i = 0; i < rows.size(); i += 5) rows[i][i % 3] = i % 2 == 0 ? 1000 : missing_value;
  const Subject one = subject("statistics", model, rows);
  subjects.push_back(with_scores(one, [&](const std::vector<double>& row) {
    std::vector<double> out(1);
    model.predict_row(row, out);
    return out;
  }));
}

void add_oblivious(std::vector<Subject>& subjects) {
  const RandomData data = categories_data(5, 300, {6}, 0);
  BoostingConfig config{.loss = loss::squared(), .rounds = 5};
  config.growth = Growth::oblivious;
  config.max_depth = 4;
  const BoostedModel model = fit_boosted(data.dataset(), config);
  subjects.push_back(with_scores(subject("oblivious", model, rows_of(data)), [&](const std::vector<double>& row) {
    std::vector<double> out(1);
    model.predict_row(row, out);
    return out;
  }));
}

void add_linear(std::vector<Subject>& subjects) {
  Random random(8);
  Rows rows;
  std::vector<double> values, label, offset;
  for (int i = 0; i < 200; ++i) {
    std::vector<double>& row = rows.emplace_back();
    for (int f = 0; f < 4; ++f) row.push_back(random.normal() * std::pow(10, f));
    values.insert(values.end(), row.begin(), row.end());
    label.push_back(random.below(3));
    offset.push_back(random.normal());
  }
  const auto add = [&](const Loss& loss, bool has_offset) {
    RowOptions options{.label = label};
    if (has_offset) options.offset = offset;
    const LinearModel model = fit_linear(Dataset::from_rows(values, 4, options), {.loss = loss, .l2 = 0.01});
    const std::vector<double> of_rows = has_offset ? std::vector<double>{0.3} : std::vector<double>();
    subjects.push_back(
        with_scores(subject("linear " + loss.name(), model, rows, of_rows), [&](const std::vector<double>& row) {
          std::vector<double> scores = model.intercept();
          for (std::size_t k = 0; k < scores.size(); ++k) {
            for (int f = 0; f < 4; ++f)
              scores[k] += row[static_cast<std::size_t>(f)] * model.weight(f, static_cast<int>(k));
            scores[k] += has_offset ? 0.3 : 0.0;
          }
          return scores;
        }));
  };
  add(loss::squared(), false);
  add(loss::softmax(), false);
  add(loss::poisson(), true);
}

void add_offset(std::vector<Subject>& subjects) {
  Random random(9);
  hand_made::Options options{
      .rounds = 4, .categories = {0, 3}, .loss = link_only_loss("a", Link::exp, 1, LabelKind::real)};
  BoostedModel::State state = hand_made::random_state(random, options);
  state.offset = {"exposure"};
  const BoostedModel model(as_loaded("a model", state));
  const RandomData data = hand_made::random_rows(random, options, 50);
  subjects.push_back(with_scores(subject("offset", model, rows_of(data), {0.75}), [&](const std::vector<double>& row) {
    BoostedModel::State shifted = state;
    shifted.initial_score[0] += 0.75;
    shifted.offset = {};
    return hand_made::scores_of(BoostedModel(as_loaded("a model", shifted)), row, state.trees.size());
  }));
}

const std::vector<Subject>& all_subjects() {
  static const std::vector<Subject> subjects = [] {
    std::vector<Subject> all;
    add_hand_made(all);
    add_statistics(all);
    add_oblivious(all);
    add_linear(all);
    add_offset(all);
    return all;
  }();
  return subjects;
}

TEST(Compiled, CppPredictsTheSameBits) { expect_same_bits(all_subjects(), ExportFormat::cpp, "-O1"); }
TEST(Compiled, CPredictsTheSameBits) { expect_same_bits(all_subjects(), ExportFormat::c, "-O1"); }
// Where the machine could fuse products with sums.
TEST(Compiled, NothingIsFused) { expect_same_bits(all_subjects(), ExportFormat::cpp, "-O2 -march=native"); }

// Names that try to break out of literals, comments and identifiers.
TEST(Compiled, NamesStayNames) {
  const std::vector<std::string> names{"*/ #error",   "\"; }",    "a\\",   "?\?/", "new\nline", "\xc3\xa9t\xc3\xa9",
                                       "int",         "1 + 1",    "1 - 1", "1__1", "",          "//",
                                       "%s{0}$~U32(", "{{slots}}"};
  hand_made::Options options{.rounds = 3};
  options.categories.assign(names.size(), 0);
  options.categories.back() = 2;
  Random random(11);
  BoostedModel::State state = hand_made::random_state(random, options);
  state.feature_names = names;
  state.categories.back() = {"\"{{cases}}", "\xe2\x82\xac?\?)\n"};
  const BoostedModel model(as_loaded("a model", state));
  Rows rows{std::vector<double>(names.size(), 0.5)};
  const auto predicted = [&](const std::vector<double>& row) {
    std::vector<double> out(1);
    model.predict_row(row, out);
    return out;
  };
  const std::vector<Subject> one{with_scores(subject("names", model, rows), predicted)};
  expect_same_bits(one, ExportFormat::cpp, "-O0");
  expect_same_bits(one, ExportFormat::c, "-O0");
}

}  // namespace
}  // namespace linden
