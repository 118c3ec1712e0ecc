using System.Text;

namespace FastShardMap.Inspector.Maps;

/// <summary>Names of types in a short, readable form.</summary>
internal static class TypeNames
{
    /// <summary>The type argument of a generic type: <c>A.B`1[C.D]</c> with the generic type <c>A.B`1</c> is
    /// <c>C.D</c>; null for other types.</summary>
    public static string? ArgumentOf(string name, string genericType) =>
        name.Length > genericType.Length + 2 && name.StartsWith(genericType, StringComparison.Ordinal)
            && name[genericType.Length] == '[' && name[^1] == ']'
            ? name[(genericType.Length + 1)..^1]
            : null;

    /// <summary>Without namespaces, arity marks and nesting: <c>A.B`1[C.D]</c> becomes <c>B&lt;D&gt;</c>.</summary>
    public static string Short(string name)
    {
        StringBuilder text = new();
        int start = 0; // of the current identifier
        for (int i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '.' or '+':
                    text.Length = start;
                    break;
                case '`':
                    while (i + 1 < name.Length && char.IsAsciiDigit(name[i + 1]))
                    {
                        i++;
                    }

                    break;
                case '[' when name.AsSpan(i + 1).TrimStart(',').StartsWith("]"):
                    int rank = name.IndexOf(']', i) - i + 1; // of an array
                    text.Append(name, i, rank);
                    i += rank - 1;
                    break;
                case '[' or '<':
                    text.Append('<');
                    start = text.Length;
                    break;
                case ']' or '>':
                    text.Append('>');
                    start = text.Length;
                    break;
                case ',':
                    text.Append(", ");
                    start = text.Length;
                    break;
                case ' ':
                    break;
                default:
                    text.Append(name[i]);
                    break;
            }
        }

        return text.ToString();
    }
}
