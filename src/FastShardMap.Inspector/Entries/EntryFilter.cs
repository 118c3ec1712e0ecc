namespace FastShardMap.Inspector.Entries;

/// <summary>
/// A condition on entries: comparisons of key, value and their fields with constants, joined by <c>and</c> and
/// <c>or</c> (<c>and</c> binds closer). Examples: <c>key &lt; 0x64 and value.Price &gt;= 9.5 or value.State ==
/// Closed</c>, <c>key startswith 'user:' and key.Length &gt; 20</c>.
/// </summary>
internal sealed class EntryFilter
{
    private static readonly string[] s_operators =
    [
        "==", "!=", "<=", ">=", "<", ">", "=", Comparison.StartsWith, Comparison.Contains,
    ];
    private readonly List<List<Comparison>> _alternatives;

    private EntryFilter(List<List<Comparison>> alternatives) => _alternatives = alternatives;

    /// <exception cref="InspectionException">The condition is invalid.</exception>
    public static EntryFilter Parse(string condition)
    {
        List<List<Comparison>> alternatives = [[]];
        Queue<string> words = new(Words(condition));
        while (true)
        {
            string path = Next(words, condition);
            string symbol = Next(words, condition);
            if (symbol.Length > 2)
            {
                symbol = symbol.ToLowerInvariant();
            }

            if (!s_operators.Contains(symbol, StringComparer.Ordinal))
            {
                throw new InspectionException(
                    $"'{symbol}' in the condition '{condition}' is not one of {string.Join(' ', s_operators)}.");
            }

            alternatives[^1].Add(new Comparison(Path(path, condition), symbol, Next(words, condition)));
            if (!words.TryDequeue(out string? joint))
            {
                return new EntryFilter(alternatives);
            }

            switch (joint.ToLowerInvariant())
            {
                case "and" or "&&":
                    break;
                case "or" or "||":
                    alternatives.Add([]);
                    break;
                default:
                    throw new InspectionException($"'{joint}' in the condition '{condition}' should be 'and' or 'or'.");
            }
        }
    }

    /// <summary>Resolves the fields, and parses the constants, by the types of keys and values.</summary>
    /// <exception cref="InspectionException">A field does not exist, or a constant is not a value of its
    /// type.</exception>
    public void Bind(FieldDecoder keys, FieldDecoder values) =>
        _alternatives.ForEach(conjunction => conjunction.ForEach(comparison => comparison.Bind(keys, values)));

    public bool Accepts(object key, object value)
    {
        foreach (List<Comparison> conjunction in _alternatives)
        {
            if (conjunction.TrueForAll(comparison => comparison.Holds(key, value)))
            {
                return true;
            }
        }

        return false;
    }

    private static string[] Path(string text, string condition)
    {
        string[] path = text.Split('.');
        return path[0].ToLowerInvariant() is "key" or "value"
            ? path
            : throw new InspectionException(
                $"'{text}' in the condition '{condition}' should start with 'key' or 'value'.");
    }

    private static string Next(Queue<string> words, string condition) => words.TryDequeue(out string? word)
        ? word
        : throw new InspectionException($"The condition '{condition}' ends too early.");

    private static IEnumerable<string> Words(string text)
    {
        int i = 0;
        while (i < text.Length)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            int start = i;
            if (text[i] is '\'' or '"')
            {
                int end = text.IndexOf(text[i], i + 1);
                i = end < 0 ? text.Length : end + 1;
                yield return text[(start + 1)..(end < 0 ? text.Length : end)];
                continue;
            }

            bool isOperator = IsOperator(text[i]);
            while (i < text.Length && !char.IsWhiteSpace(text[i]) && IsOperator(text[i]) == isOperator
                && text[i] is not ('\'' or '"'))
            {
                i++;
            }

            yield return text[start..i];
        }
    }

    private static bool IsOperator(char character) => character is '=' or '!' or '<' or '>' or '&' or '|';
}
