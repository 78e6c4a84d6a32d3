// Memory while models are loaded and saved: how much at most, and what happens when there is none. This program counts
// what is allocated, and lets an allocation fail.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <linden/ops.hpp>
#include <new>
#include <random>
#include <sstream>

#include "boosting/model/model.hpp"
#include "linear/model.hpp"
#include "model/sealed.hpp"

namespace {

struct Memory {
  std::int64_t live = 0, most = 0;  // bytes, of this thread
  std::int64_t calls = 0, fails_at = 0;
};
thread_local Memory memory;

void* allocate(std::size_t bytes, std::size_t alignment) {
  if (++memory.calls == memory.fails_at) throw std::bad_alloc();
  void* const first = alignment == 0 ? std::malloc(bytes == 0 ? 1 : bytes)
                                     : std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
  if (first == nullptr) throw std::bad_alloc();
  memory.live += static_cast<std::int64_t>(malloc_usable_size(first));
  memory.most = std::max(memory.most, memory.live);
  return first;
}

void release(void* first) noexcept {
  if (first != nullptr) memory.live -= static_cast<std::int64_t>(malloc_usable_size(first));
  std::free(first);
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return allocate(bytes, 0);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* first) noexcept { release(first); }
void operator delete(void* first, std::size_t) noexcept { release(first); }
void operator delete(void* first, std::align_val_t) noexcept { release(first); }
void operator delete(void* first, std::size_t, std::align_val_t) noexcept { release(first); }

namespace linden {
namespace {

using Random = std::mt19937_64;

double any_number(Random& random) { return std::ldexp(static_cast<double>(random()), -60) - 8; }

// Random trees of so many nodes over two features, a number and one of `categories`.
BoostedModel random_model(int trees, int nodes, int categories, std::uint64_t seed = 1) {
  Random random(seed);
  auto state = std::make_shared<BoostedModel::State>();
  state->config.rounds = trees;
  state->config.loss = loss::squared();
  state->feature_names = {"number", "word"};
  state->categorical = {false, true};
  state->categories.resize(2);
  state->groups.resize(2);
  for (int code = 0; code < categories; ++code) state->categories[1].push_back(fmt::format("w{:07}", code));
  if (categories > 256)
    for (int code = 0; code < categories; ++code) state->groups[1].push_back(code % 200);
  state->initial_score = {any_number(random)};
  for (int t = 0; t < trees; ++t) {
    Tree& tree = state->trees.emplace_back();
    tree.nodes.resize(static_cast<std::size_t>(nodes));
    int next = 1;
    for (int i = 0; i < nodes; ++i) {
      TreeNode& node = tree.nodes[static_cast<std::size_t>(i)];
      node.cover = any_number(random) + 9;
      node.rows = static_cast<std::int64_t>(random() % 100'000);
      if (next >= nodes) {
        node.leaf = static_cast<int>(tree.leaf_values.size());
        tree.leaf_values.push_back(any_number(random));
        continue;
      }
      node.left = next;
      node.right = next + 1;
      next += 2;
      node.gain = any_number(random) + 9;
      node.missing_left = random() % 2;
      node.feature = random() % 4 == 0;
      node.categorical = node.feature == 1;
      if (!node.categorical)
        node.threshold = any_number(random);
      else
        for (int code = 0; code < std::min(categories, 200); ++code)
          if (random() % 4 == 0) node.left_categories.push_back(code);
    }
  }
  state->forest = Forest(state->trees, state->categories, state->groups);
  return BoostedModel(std::move(state));
}

LinearModel random_line(int features) {
  Random random(2);
  auto state = std::make_shared<LinearModel::State>();
  state->config.loss = loss::squared();
  for (int f = 0; f < features; ++f) {
    state->feature_names.push_back(fmt::format("feature number {}", f));
    state->weights.push_back(any_number(random));
  }
  state->intercept = {any_number(random)};
  state->certificate.tolerance = 1e-8;
  state->certificate.solver = Solver::lbfgs;
  return LinearModel(std::move(state));
}

// What the action holds at most, beyond what was held before.
template <class Action>
double most_bytes(const Action& action) {
  const std::int64_t before = memory.live;
  memory.most = before;
  action();
  return static_cast<double>(memory.most - before);
}

const std::filesystem::path& file() {
  static const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("linden_memory_" + std::to_string(::getpid()) + ".json");
  return path;
}

constexpr double blocks = 500e3;  // buffers and the text of a configuration, whatever the size of the model

TEST(Memory, OfLoadingIsAtMostThreeTimesTheFile) {
  const std::vector<AnyModel> models{random_model(300, 61, 10), random_model(3, 20'001, 10),
                                     random_model(20, 61, 30'000), random_line(40'000)};
  for (const AnyModel& model : models) {
    std::visit([](const auto& m) { m.save(file()); }, model);
    const auto size = static_cast<double>(std::filesystem::file_size(file()));
    ASSERT_GT(size, 500e3);
    EXPECT_LT(most_bytes([] { load_model(file()); }), 3 * size + blocks) << size;
    EXPECT_LT(most_bytes([] {
                std::ifstream stream(file());
                load_model(stream);
              }),
              3 * size + blocks)
        << size;
  }
  std::filesystem::remove(file());
}

// What a node takes in memory is 120 bytes, and in a binary file of such numbers 12 or more.
TEST(Memory, OfBinaryFilesIsInProportionToThem) {
  const std::vector<AnyModel> models{random_model(300, 61, 10), random_model(3, 20'001, 10),
                                     random_model(20, 61, 30'000), random_line(40'000)};
  for (const AnyModel& model : models) {
    const auto save = [&] { std::visit([](const auto& m) { m.save(file(), ModelFormat::binary); }, model); };
    save();
    const auto size = static_cast<double>(std::filesystem::file_size(file()));
    ASSERT_GT(size, 150e3);
    EXPECT_LT(most_bytes(save), 4 * size + blocks) << size;
    EXPECT_LT(most_bytes([] { load_model(file()); }), 16 * size + blocks) << size;
    EXPECT_LT(most_bytes([] {
                std::ifstream stream(file());
                load_model(stream);
              }),
              16 * size + blocks)
        << size;
  }
  std::filesystem::remove(file());
}

TEST(Memory, OfSavingIsAFewBlocks) {
  const BoostedModel model = random_model(300, 61, 10);
  EXPECT_LT(most_bytes([&] { model.save(file()); }), blocks);
  const double size = static_cast<double>(std::filesystem::file_size(file()));
  EXPECT_LT(most_bytes([&] {
              std::ofstream stream(file());
              model.save(stream);
            }),
            blocks);
  EXPECT_LT(most_bytes([&] { model.to_string(); }), 3 * size + blocks);
  std::filesystem::remove(file());
}

// Lets every allocation of an action fail in turn: each is a MemoryError (or, inside a stream, a stream that has
// failed), nothing leaks, and the next try succeeds. Returns how many there are.
template <class Action>
int fail_in_turn(const Action& action) {
  action();
  for (int k = 1;; ++k) {
    const std::int64_t before = memory.live;
    bool failed = false;
    memory.calls = 0;
    memory.fails_at = k;
    try {
      action();
    } catch (const MemoryError&) {
      failed = true;
    } catch (const std::exception& error) {
      memory.fails_at = 0;
      ADD_FAILURE() << "allocation " << k << ": " << error.what();
    }
    const std::int64_t calls = memory.calls;
    memory.fails_at = 0;
    EXPECT_EQ(memory.live, before) << "allocation " << k;
    if (!failed && calls < k) return k - 1;
    if (testing::Test::HasFailure()) return k;
  }
}

Loss own_loss() {
  return loss::custom("own", [](const Tensor& s, const Tensor& y) { return square(s - y) + 0.1 * abs(s); });
}

TEST(Memory, ThatIsNotToBeHadIsAMemoryError) {
  const BoostedModel trees = random_model(3, 7, 300);
  auto state = std::make_shared<LinearModel::State>(random_line(5).state());
  state->config.loss = own_loss();
  const LinearModel line(std::move(state));
  int failures = 0;
  for (const AnyModel& model : {AnyModel(trees), AnyModel(line)}) {
    const auto save = [&](const auto& to) { std::visit([&](const auto& m) { m.save(to); }, model); };
    failures += fail_in_turn([&] { save(file()); });
    failures += fail_in_turn([&] { load_model(file()); });
    failures += fail_in_turn([&] { std::visit([](const auto& m) { m.save(file(), ModelFormat::binary); }, model); });
    failures += fail_in_turn([&] { load_model(file()); });
    failures += fail_in_turn([&] { std::visit([](const auto& m) { return m.signature(); }, model); });
    const std::string text = std::visit([](const auto& m) { return m.to_string(); }, model);
    failures += fail_in_turn([&] { std::visit([](const auto& m) { return m.to_string(); }, model); });
    failures += fail_in_turn([&] { model_from_string(text); });
    std::string changed = text;
    changed[changed.size() / 2] ^= 1;
    failures += fail_in_turn([&] {
      try {
        model_from_string(changed);
        ADD_FAILURE();
      } catch (const FileError&) {
      }
    });
  }
  failures += fail_in_turn([&] { BoostedModel::from_string(trees.to_string()); });
  failures += fail_in_turn([&] { LinearModel::from_string(line.to_string()); });
  EXPECT_GT(failures, 1000);
  std::filesystem::remove(file());
}

// Loads what may be an attack, within so many times its size. What is said begins with the message.
void expect_bounded(const std::string& what, const std::string& text, const std::string& message, double times = 8) {
  std::string said = "it loads";
  const double most = most_bytes([&] {
    try {
      model_from_string(text);
    } catch (const FileError& error) {
      said = error.what();
    }
  });
  EXPECT_LT(most, times * static_cast<double>(text.size()) + blocks) << what;
  EXPECT_EQ(said.substr(0, message.size()), message) << what;
}

std::string joined(int count, const auto& entry) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::string(entry(i));
  return text;
}

// The document of a model of one tree, with a member's value replaced.
std::string with(const std::string& member, const std::string& value) {
  std::string text = opened(random_model(1, 3, 2).to_string());
  const std::size_t begin = text.find("\"" + member + "\":") + member.size() + 3;
  std::size_t end = begin;
  for (int depth = 0; depth > 0 || (text[end] != ',' && text[end] != '}'); ++end)
    depth += text[end] == '[' || text[end] == '{' ? 1 : text[end] == ']' || text[end] == '}' ? -1 : 0;
  return sealed(text.replace(begin, end - begin, value));
}

TEST(Memory, IsBoundedByTheFileWhateverIsInIt) {
  constexpr int many = 20'000;
  const auto zero = [](int) { return "0"; };
  expect_bounded(
      "an unknown member with many",
      with("label", "\"\",\"note\":{" + joined(many, [](int i) { return fmt::format("\"k{}\":0", i); }) + "}"),
      "the text: the document has \"note\" where its member \"classes\" belongs.");
  expect_bounded("deep", with("label", std::string(many, '[')), "the text: label is not a text.");
  expect_bounded("a long number", with("initial_score", "[1" + std::string(many, '0') + "]"),
                 "the text: the model is not JSON as save() writes it, at byte ");
  expect_bounded("a long text", with("label", "\"" + std::string(many, 'x') + "\""), "it loads");
  expect_bounded("many scores", with("initial_score", "[" + joined(many, zero) + "]"),
                 "the text: body.initial_score does not have one entry an output.");
  expect_bounded("many classes",
                 with("classes", "[" + joined(many, [](int i) { return fmt::format("\"c{}\"", i); }) + "]"),
                 "the text: classes does not fit the loss.");
  expect_bounded("a loss of many classes", with("loss", "{\"name\":\"softmax\",\"classes\":1048576}"),
                 "the text: classes does not fit the loss.");
  expect_bounded("a custom loss of many outputs",
                 with("loss",
                      "{\"name\":\"own\",\"classes\":0,\"custom\":{\"outputs\":1048576,\"link\":\"identity\","
                      "\"labels\":\"real\",\"curvature\":\"clamped\"}}"),
                 "the text: config.loss is squared, but the model's is own.");
  expect_bounded("no trees", with("trees", "[]"), "the text: body.trees is empty.");
  expect_bounded("many empty trees", with("trees", "[" + joined(many, [](int) { return "{}"; }) + "]"),
                 "the text: body.trees[0] has no member \"output\".");
  expect_bounded("many nodes", with("feature", "[" + joined(many + 1, [](int) { return "-1"; }) + "]"),
                 "the text: body.trees[0].threshold has 3 entries for 20001 nodes.");
  expect_bounded("many columns",
                 with("columns", "[" + joined(many, [](int i) { return fmt::format("{{\"name\":\"{}\"}}", i); }) + "]"),
                 "it loads", 10);  // a name, a list of categories and one of groups for 16 bytes
  expect_bounded("sets of nothing",
                 with("left_categories", "{" + joined(many, [](int i) { return fmt::format("\"{}\":[]", i); }) + "}"),
                 "the text: body.trees[0].left_categories.0 is a split of numbers, which has no categories.");
}

// As short as entries can be.
TEST(Memory, OfNodesIsThatOfTheirLists) {
  auto state = std::make_shared<BoostedModel::State>(random_model(1, 60'001, 2).state());
  std::ranges::fill(state->trees[0].leaf_values, 0);
  for (TreeNode& node : state->trees[0].nodes) {
    node.feature = node.left < 0 ? -1 : 0;
    node.threshold = node.gain = node.cover = 0;
    node.rows = 0;
    node.categorical = false;
    node.left_categories.clear();
  }
  const std::string written = opened(BoostedModel(std::move(state)).to_string());
  std::size_t from = 0;
  std::string text;
  for (std::size_t at = written.find("\"trees\""); (at = written.find("0.0", at)) != std::string::npos; from = at += 3)
    text += written.substr(from, at + 1 - from);
  text += written.substr(from);
  ASSERT_LT(text.size(), 21u * 60'001);
  expect_bounded("nodes", sealed(text), "it loads");
  std::ostringstream binary;
  BoostedModel::from_string(sealed(text)).save(binary, ModelFormat::binary);
  ASSERT_LT(binary.str().size(), 3u * 60'001);  // no list has less than four bits a number
  expect_bounded("packed nodes", binary.str(), "it loads", 64);
}

// Lists whose counts promise more than there is, of the least that a number takes.
TEST(Memory, OfPackedListsIsThatOfTheirBits) {
  for (const std::uint64_t count : {std::uint64_t{1} << 20, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    std::ostringstream binary;
    random_line(100).save(binary, ModelFormat::binary);
    std::string document = document_of(binary.str());
    const std::string weights("\x07weights", 8);
    const std::size_t at = document.find(weights) + weights.size();
    std::string list = "\x10";
    for (std::uint64_t left = count; list.size() < 11; left >>= 7)
      if (list += static_cast<char>((left & 0x7f) | (left >= 0x80 ? 0x80 : 0)); left < 0x80) break;
    list += std::string("\x04\x00", 2) + std::string(10'000, '\0');
    expect_bounded("a list", binary_of(document.substr(0, at) + list),
                   "the text: the model is not packed as save() writes it, at byte ");
    list.replace(1, list.find('\x04') - 1, std::string("\xa0\x9c\x01"));  // 20,000
    expect_bounded("a longer list, behind which there is nothing", binary_of(document.substr(0, at) + list),
                   "the text: the model is not packed as save() writes it, at byte ", 20);
  }
}

// The same of leaves that hold a value for each output.
TEST(Memory, OfLeavesOfSeveralValuesIsThatOfTheirLists) {
  auto state = std::make_shared<BoostedModel::State>(random_model(1, 3, 2).state());
  constexpr int outputs = 5000;
  state->config.loss = loss::softmax({.classes = outputs});
  for (int k = 0; k < outputs; ++k) state->classes.push_back(fmt::format("{}", k));
  state->initial_score.assign(outputs, 0);
  state->trees[0].output = Tree::all_outputs;
  state->trees[0].leaf_values.assign(2 * outputs, 0);
  const std::string text = BoostedModel(state).to_string();
  expect_bounded("leaves", text, "it loads");
  std::string many = opened(text);  // numbers as short as they can be, many more than there are leaves
  const std::size_t at = many.find("\"values\":[") + 10;
  many.insert(at, joined(100'000, [](int) { return "0"; }) + ",");
  expect_bounded("values", sealed(many),
                 "the text: body.trees[0].values has 110000 entries for 2 leaves and 5000 outputs.", 16);
}

// The names of metrics are there once in a file, and in every round of history().
TEST(Memory, OfHistoriesIsBounded) {
  const auto text = [](std::size_t name, int rounds) {
    auto state = std::make_shared<BoostedModel::State>(random_model(1, 3, 2).state());
    state->saves_history = true;
    state->history = {{{std::string(name, 'n'), 0.5, false}}};
    std::string document = opened(BoostedModel(std::move(state)).to_string());
    const std::string round = "[[0.5]]";
    return sealed(
        document.replace(document.find(round), round.size(), "[" + joined(rounds, [](int) { return "[1]"; }) + "]"));
  };
  expect_bounded("short names", text(10, 20'000), "it loads", 64);
  expect_bounded("long names", text(30'000, 20'000), "the text: body.history.rounds[", 64 + 8);
}

// The sets of categories of 0.1, whose dense bits took memory by the product of categories and nodes.
TEST(Memory, OfSetsOfCategoriesIsThatOfTheirLists) {
  constexpr int categories = 6000, nodes = 12'001;
  auto state = std::make_shared<BoostedModel::State>(random_model(1, nodes, categories).state());
  for (TreeNode& node : state->trees[0].nodes) {
    if (node.left < 0) continue;
    node.feature = 1;
    node.categorical = true;
    node.threshold = 0;
    node.left_categories = {categories - 1};
  }
  state->groups = std::vector<std::vector<int>>(2);
  const std::string text = BoostedModel(std::move(state)).to_string();
  ASSERT_EQ(text.find("category_groups"), std::string::npos);
  expect_bounded("one high category a node", text, "it loads");
  const BoostedModel model = BoostedModel::from_string(text);
  EXPECT_EQ(model.category_groups(1)[categories - 1], categories - 1);
  EXPECT_EQ(model.category_groups(1)[categories - 2], 0);
}

// Eight times the text takes about eight times as long; 64 times would be quadratic.
TEST(Memory, TimeIsLinearInTheFile) {
  const auto now = [] {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const auto seconds = [&](const std::string& text) {
    double best = 1e9;
    for (int turn = 0; turn < 3; ++turn) {
      const double begin = now();
      try {
        model_from_string(text);
      } catch (const FileError&) {
      }
      best = std::min(best, now() - begin);
    }
    return best;
  };
  const auto expect_linear = [&](const std::string& what, int count, const auto& text) {
    const double once = seconds(text(count)), eight_times = seconds(text(8 * count));
    EXPECT_LT(eight_times, 24 * once + 5e-3) << what;
  };
  const auto list = [](int count, std::string_view format) {
    return joined(count, [&](int i) { return fmt::format(fmt::runtime(format), i); });
  };
  expect_linear("members", 5000, [&](int n) { return with("label", "\"\",\"note\":{" + list(n, "\"k{}\":0") + "}"); });
  expect_linear("columns", 5000, [&](int n) { return with("columns", "[" + list(n, "{{\"name\":\"{}\"}}") + "]"); });
  expect_linear("classes", 5000, [&](int n) { return with("classes", "[" + list(n, "\"{}\"") + "]"); });
  expect_linear("trees", 60, [](int n) { return random_model(n, 31, 10).to_string(); });
  expect_linear("nodes", 2001, [](int n) { return random_model(1, n | 1, 10).to_string(); });
  expect_linear("categories", 2000, [](int n) { return random_model(5, 31, n).to_string(); });
}

}  // namespace
}  // namespace linden
