// Rows in files make the models that rows in memory make, to the byte.
#include "boosting/train/growth/grow_by_pages.hpp"

#include <fmt/format.h>

#include <linden/linden.hpp>
#include <random>
#include <sstream>

#include "data/files/stored_table.hpp"
#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

constexpr int rows = 1000;

std::string text_of_rows(int seed, int classes) {
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
  std::string text = "y,w,o,a,b,c,d,few,flag,word\n";
  for (int row = 0; row < rows; ++row) {
    const double a = uniform(), b = uniform(), c = uniform(), d = uniform() * uniform();
    const int word = static_cast<int>(uniform() * 9), few = static_cast<int>(uniform() * 4);
    const double score = 2 * a - b + (c > 0.3 ? a * d : -d) + 0.3 * (word % 3) + 0.5 * few + 0.5 * uniform();
    const int label = classes > 1 ? static_cast<int>(score * 1.3) % classes : 0;
    text += classes > 1 ? fmt::format("{}", label < 0 ? 0 : label) : fmt::format("{:.3f}", std::abs(score));
    text += fmt::format(",{:.2f},{:.2f}", 0.5 + uniform(), uniform());
    text += uniform() < 0.1 ? "," : fmt::format(",{:.3f}", a);
    text += fmt::format(",{:.6f},{:.2f}", b, c);
    text += uniform() < 0.3 ? "," : fmt::format(",{:.4f}", d);
    text +=
        fmt::format(",{},{},{}\n", few, uniform() < 0.05 ? 1 : 0, word == 8 ? std::string() : fmt::format("w{}", word));
  }
  return text;
}

std::string bytes_of(const BoostedModel& model) {
  std::ostringstream out;
  model.save(out);
  return out.str();
}

struct Trial {
  const char* name;
  const char* loss;
  int classes;
  std::vector<std::pair<const char*, const char*>> fields;
};

// The fields that shape a tree, each off its default somewhere.
const Trial trials[] = {
    {"plain", "squared", 1, {{"max_leaves", "60"}, {"min_rows_in_leaf", "1"}}},
    {"classes", "logistic", 2, {{"max_leaves", "40"}}},
    {"softmax", "softmax", 3, {{"max_leaves", "9"}}},
    {"by level", "squared", 1, {{"growth", "level_wise"}, {"max_depth", "5"}, {"max_leaves", "33"}}},
    {"oblivious", "logistic", 2, {{"growth", "oblivious"}, {"max_depth", "6"}}},
    {"counted", "logistic", 2, {{"min_rows_in_leaf", "60"}, {"max_leaves", "100"}, {"min_child_weight", "0"}}},
    {"sampled", "logistic", 2, {{"row_fraction", "0.4"}, {"feature_fraction", "0.6"}, {"seed", "7"}}},
    {"goss", "squared", 1, {{"sampling.kind", "goss"}, {"learning_rate", "0.9"}}},
    {"mvs", "poisson", 1, {{"sampling.kind", "mvs"}, {"row_fraction", "0.5"}}},
    {"bayesian", "gamma", 1, {{"sampling.kind", "bayesian"}}},
    {"by node", "squared", 1, {{"feature_sampling.by_node", "0.5"}, {"feature_sampling.by_level", "0.7"}}},
    {"extra", "squared", 1, {{"regularization.extra_trees", "true"}, {"regularization.path_smooth", "3"}}},
    {"monotone", "squared", 1, {{"constraints.monotone", "a=1,b=-1"}, {"constraints.max_delta_step", "0.4"}}},
    {"intermediate",
     "squared",
     1,
     {{"constraints.monotone", "a=1,b=-1"}, {"constraints.monotone_method", "intermediate"}}},
    {"groups", "huber", 1, {{"constraints.interactions", "a,b;c,word"}, {"l1", "0.3"}, {"l2", "2"}}},
    {"few bins", "squared", 1, {{"max_bins", "9"}, {"bins.cuts", "a=0.25|0.5"}, {"bins.weighted", "true"}}},
    {"one hot", "logistic", 2, {{"categories.encoding", "one_hot"}, {"min_gain", "0.01"}}},
};

// Fits of rows in files, whose trees have so much memory: pages of some hundred rows.
Dataset with_memory(const Dataset& data, std::int64_t memory) {
  return open_table(stored_table(data)->folder, memory, true);
}

TEST(GrowByPages, SameBytesAsInMemory) {
  for (const Trial& trial : trials) {
    SCOPED_TRACE(trial.name);
    const ScratchFolder folder;
    const auto path = folder.write("x.csv", text_of_rows(trial.classes, trial.classes));
    FilesOptions options{.csv = {.label = "y", .weight = "w"}, .cache = folder / "cache"};
    if (trial.classes < 3) options.csv.offset = "o";
    BoostingConfig config;
    config.rounds = 2;
    set_field(config, "loss", trial.loss);
    for (const auto& [field, value] : trial.fields) set_field(config, field, value);
    const Dataset here = Dataset::from_csv(path, options.csv), there = Dataset::from_files(path, options);
    const std::string wanted = bytes_of(fit_boosted(here, config, {.threads = 2}));
    for (const auto& [memory, threads] : {std::pair{std::int64_t{100'000}, 3}, std::pair{std::int64_t{50'000'000}, 1}})
      EXPECT_TRUE(bytes_of(fit_boosted(with_memory(there, memory), config, {.threads = threads})) == wanted)
          << memory << " bytes, " << threads << " threads";
  }
}

TEST(GrowByPages, ValidationAndGoingOn) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", text_of_rows(1, 2)), held_out = folder.write("v.csv", text_of_rows(9, 2));
  const FilesOptions options{.csv = {.label = "y", .drop = {"w", "o"}}, .cache = folder / "cache"};
  const Dataset here = Dataset::from_csv(path, options.csv),
                there = with_memory(Dataset::from_files(path, options), 100'000);
  const Dataset valid = Dataset::from_csv(held_out, here.schema());
  BoostingConfig config;
  config.rounds = 40;
  const FitOptions watching{.valid = valid, .callbacks = {early_stopping({.patience = 3})}, .train_metrics = true};
  const BoostedModel wanted = fit_boosted(here, config, watching), found = fit_boosted(there, config, watching);
  EXPECT_TRUE(bytes_of(found) == bytes_of(wanted));
  config.rounds = 2;
  EXPECT_TRUE(bytes_of(fit_boosted(there, config, {.start = found})) ==
              bytes_of(fit_boosted(here, config, {.start = wanted})));
}

// The bins of the same cuts are not made again; damage to them is refused.
TEST(GrowByPages, BinsAreKept) {
  const ScratchFolder folder;
  const FilesOptions options{.csv = {.label = "y"}, .cache = folder / "cache"};
  const Dataset data = Dataset::from_files(folder.write("x.csv", text_of_rows(1, 2)), options);
  const BoostingConfig config{.rounds = 2};
  const std::string wanted = bytes_of(fit_boosted(data, config));
  std::vector<std::filesystem::path> files;
  const auto find_files = [&] {
    files.clear();
    for (const auto& entry : std::filesystem::directory_iterator(stored_table(data)->folder))
      if (entry.path().extension() == ".bins") files.push_back(entry.path());
  };
  find_files();
  ASSERT_EQ(files.size(), 1U);
  const auto time = std::filesystem::last_write_time(files[0]);
  EXPECT_TRUE(bytes_of(fit_boosted(data, config)) == wanted);
  EXPECT_EQ(std::filesystem::last_write_time(files[0]), time);
  damage(files[0], 500);
  EXPECT_TRUE(refusal<FileError>([&] { fit_boosted(data, config); }).find("does not have its checksum") !=
              std::string::npos);
  fit_boosted(data, {.rounds = 2, .max_bins = 17});
  find_files();
  EXPECT_EQ(files.size(), 2U);
}

TEST(GrowByPages, WhatIsRefused) {
  const ScratchFolder folder;
  FilesOptions options{.csv = {.label = "y", .drop = {"word"}}, .cache = folder / "cache"};
  const Dataset numbers = Dataset::from_files(folder.write("x.csv", text_of_rows(1, 1)), options);
  const Dataset classes = Dataset::from_files(folder.write("c.csv", text_of_rows(1, 3)), options);
  const auto refused = [&](const Dataset& data, std::vector<std::pair<const char*, const char*>> fields) {
    BoostingConfig config{.rounds = 1};
    for (const auto& [field, value] : fields) set_field(config, field, value);
    return refusal<ArgumentError>([&] { fit_boosted(data, config); });
  };
  const auto said = [](const std::string& what, const std::string& hint) {
    return fmt::format("fit_boosted: {} not for rows in files, which are read page by page. Hint: {}.", what, hint);
  };
  EXPECT_EQ(refused(numbers, {{"mode.kind", "dart"}}),
            said("BoostingConfig.mode.kind is another than boosting, and this is", ".mode.kind = boosting"));
  EXPECT_EQ(refused(numbers, {{"mode.parallel_trees", "2"}, {"row_fraction", "0.5"}}),
            said("BoostingConfig.mode.parallel_trees > 1 is", "leave it out"));
  EXPECT_EQ(refused(numbers, {{"linear_leaves.enabled", "true"}}),
            said("BoostingConfig.linear_leaves is", "leave it out"));
  EXPECT_EQ(refused(classes, {{"loss", "softmax"}, {"multi_output.strategy", "multi_output_tree"}}),
            said("BoostingConfig.multi_output.strategy = multi_output_tree is", ".strategy = one_output_per_tree"));
  EXPECT_EQ(refused(numbers, {{"loss", "absolute"}}),
            said("a loss whose leaves are order statistics, as those of quantile and absolute, is",
                 "huber is like absolute, and its leaves are sums"));
  EXPECT_EQ(refused(numbers, {{"max_bins", "1000"}}),
            "fit_boosted: features of more than 256 bins, of which there are 3, are not for rows in files. Hint: "
            ".max_bins = 256.");
  EXPECT_EQ(
      refusal<MemoryError>([&] { fit_boosted(with_memory(numbers, 20'000), {.rounds = 1}); }),
      "fit_boosted: of each of 1000 rows 40 bytes are kept, 40000 in all, and .memory is 20000. Hint: more memory, "
      "or fewer rows.");
  EXPECT_EQ(refusal<DataError>([&] {
              std::vector<double> weights(rows, 1.0);
              weights[3] = 0;
              fit_boosted(numbers.with_weight(weights), {.rounds = 1});
            }),
            "fit_boosted: rows of weight 0 are left out, and rows in files are not copied. Hint: leave them out of the "
            "files.");
}

TEST(GrowByPages, TargetStatisticsAreRefused) {
  const ScratchFolder folder;
  const FilesOptions options{.csv = {.label = "y"}, .cache = folder / "cache"};
  const Dataset data = Dataset::from_files(folder.write("x.csv", text_of_rows(1, 2)), options);
  BoostingConfig config{.rounds = 1};
  set_field(config, "categories.encoding", "statistics");
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(data, config); }),
            "fit_boosted: target statistics of categories, which are columns of their own, are not for rows in files, "
            "which are read page by page. Hint: .categories.encoding = partition keeps categories.");
}

}  // namespace
}  // namespace linden
