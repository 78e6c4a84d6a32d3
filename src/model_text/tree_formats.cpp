// Trees as lines, as a graph of Graphviz and as JSON. None of them goes deeper on the stack for a deeper tree.
#include <string_view>

#include "base/fail.hpp"
#include "json/writer.hpp"
#include "model_text/tree_words.hpp"

namespace linden {
namespace {

// A text in double quotes, as the language of Graphviz has it; it knows no character but the quote itself to escape,
// and reads a backslash as the beginning of a line break, a name or an alignment.
std::string dot_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n')
      quoted += "\\n";
    else if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else if (static_cast<unsigned char>(c) >= ' ')
      quoted += c;
  }
  return quoted + '"';
}

std::string what_it_says(const TreeWords& words, const Tree& tree, const TreeNode& node) {
  return node.feature < 0 ? words.leaf(tree, node) : words.rule(node);
}

void write_node(JsonWriter& json, const TreeWords& words, const Tree& tree, KnownOfNodes known, std::size_t number) {
  const TreeNode& node = tree.nodes[number];
  json.open_object();
  json["node"].value(static_cast<std::int64_t>(number));
  if (node.feature >= 0) {
    json["feature"].value(words.feature(node.feature));
    if (node.categorical)
      json["left_categories"].values(words.left_categories(node));
    else
      json["threshold"].value(node.threshold);
    json["missing"].value(node.missing_left ? "left" : "right");
    if (node.zero_missing) json["zero"].value(node.missing_left ? "left" : "right");
    json["left"].value(node.left);
    json["right"].value(node.right);
    known.gains ? json["gain"].value(node.gain) : json["gain"].null();
  } else {
    json["leaf"].value(node.leaf);
    json["values"].values(tree.values(node));
    if (const std::span<const LeafTerm> terms = tree.terms(node); !terms.empty()) {
      json["terms"].open_list();
      for (const LeafTerm& term : terms) {
        json.open_object();
        json["feature"].value(words.feature(term.feature));
        json["slope"].value(term.slope);
        json["centre"].value(term.centre);
        json["low"].value(term.low);
        json["high"].value(term.high);
        json.close_object();
      }
      json.close_list();
    }
  }
  known.covers ? json["cover"].value(node.cover) : json["cover"].null();
  known.rows ? json["rows"].value(node.rows) : json["rows"].null();
  json.close_object();
}

}  // namespace

std::string drawn_as_text(const TreeWords& words, const Tree& tree) {
  struct Open {
    int node, depth;
    const char* side;
  };
  const KnownOfNodes known = known_of(tree);
  std::string text;
  std::vector<Open> open{{0, 0, ""}};
  while (!open.empty() && !tree.nodes.empty()) {
    const Open at = open.back();
    open.pop_back();
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(at.node)];
    text += fmt::format("{:{}}{}{}  {}\n", "", 2 * at.depth, at.side, what_it_says(words, tree, node),
                        numbers_of(known, node));
    if (node.feature < 0) continue;
    open.push_back({node.right, at.depth + 1, "no:  "});
    open.push_back({node.left, at.depth + 1, "yes: "});
  }
  return text;
}

std::string drawn_as_dot(const TreeWords& words, const Tree& tree, int number) {
  std::string text = fmt::format("digraph tree_{} {{\n  node [shape=box, fontname=\"sans-serif\"];\n", number);
  const KnownOfNodes known = known_of(tree);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    text += fmt::format("  n{} [label={}{}];\n", i,
                        dot_text(what_it_says(words, tree, node) + "\n" + numbers_of(known, node)),
                        node.feature < 0 ? ", style=rounded" : "");
    if (node.feature >= 0)
      text += fmt::format("  n{} -> n{} [label=\"yes\"];\n  n{} -> n{} [label=\"no\"];\n", i, node.left, i, node.right);
  }
  return text + "}\n";
}

std::string drawn_as_json(const TreeWords& words, const Tree& tree, int number) {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; }, JsonWriter::Utf8::mended);
  json.open_object();
  json["tree"].value(number);
  if (tree.output == Tree::all_outputs)
    json["output"].value("all");
  else
    json["output"].value(tree.output);
  const KnownOfNodes known = known_of(tree);
  json["nodes"].open_list();
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) write_node(json, words, tree, known, i);
  json.close_list();
  json.close_object();
  json.flush();
  return text + "\n";
}

}  // namespace linden
