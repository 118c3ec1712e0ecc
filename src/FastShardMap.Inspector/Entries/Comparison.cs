using System.Globalization;
using System.Numerics;
using FastShardMap.Inspector.Maps;

namespace FastShardMap.Inspector.Entries;

/// <summary>A comparison of a key, a value or a field with a constant.</summary>
/// <param name="path">The field: <c>key</c> or <c>value</c>, and names of fields.</param>
/// <param name="symbol">The operator.</param>
/// <param name="constant">The constant as the user wrote it.</param>
internal sealed class Comparison(string[] path, string symbol, string constant)
{
    public const string StartsWith = "startswith";
    public const string Contains = "contains";

    private Func<object, int?> _compare = current => CompareTexts(current, constant);
    private BytesComparer? _keys;

    private string Field => string.Join('.', path);

    /// <summary>The comparison of keys with a text.</summary>
    /// <exception cref="InspectionException">No key can be equal to the text.</exception>
    public static Comparison OfKey(string text, FieldDecoder keys)
    {
        Comparison comparison = new(["key"], "==", text);
        comparison.Bind(keys, keys);
        return comparison;
    }

    /// <summary>Finds the field, and parses the constant as a value of its type.</summary>
    /// <exception cref="InspectionException">There is no such field, or it can never be equal to the
    /// constant.</exception>
    public void Bind(FieldDecoder keys, FieldDecoder values)
    {
        FieldDecoder decoder = IsKey ? keys : values;
        for (int i = 1; i < path.Length; i++)
        {
            decoder = decoder.Fields.FirstOrDefault(
                field => field.Name.Equals(path[i], StringComparison.OrdinalIgnoreCase)).Decoder
                ?? throw new InspectionException(
                    $"There is no field '{Field}'. The "
                        + $"{(FieldList(keys, values).Count == 1 ? "only field is" : "fields are")}: "
                        + $"{string.Join(", ", FieldList(keys, values))}.");
        }

        if (symbol is StartsWith or Contains && decoder.Kind is not (FieldKind.Text or FieldKind.StoredBytes))
        {
            throw new InspectionException($"'{symbol}' is for text and bytes of any length, and "
                + $"'{Field}' is not one.");
        }

        switch (decoder.Kind)
        {
            case FieldKind.Text:
                _keys = BytesComparer.OfText(constant);
                break;
            case FieldKind.StoredBytes:
                _keys = BytesComparer.OfHex(constant) ?? throw new InspectionException(
                    $"'{Field}' is shown as bytes; '{constant}' is not hexadecimal. "
                        + $"'{Field}.{StoredBytes.TextField}' is the same as text.");
                break;
            case FieldKind.Structure when !(constant.StartsWith('{') && symbol is "==" or "=" or "!="):
                throw new InspectionException(
                    $"'{Field}' has fields: compare one of them "
                        + $"({string.Join(", ", FieldDecoder.Paths(Field, decoder))}), or all of them in the form in "
                        + "which they are shown, {{ … }}.");
            case FieldKind.Number:
                _compare = NumberComparer();
                break;
            case FieldKind.Enumeration:
                _compare = EnumerationComparer(decoder.Members);
                break;
            case FieldKind.Scalar:
                IComparable scalar = decoder.ParseScalar(constant)
                    ?? throw new InspectionException(
                        $"'{Field}' is of type {decoder.TypeText}; '{constant}' is not a value of that type.");
                _compare = current => current.GetType() == scalar.GetType() ? -scalar.CompareTo(current) : null;
                break;
            case FieldKind.Bytes:
                string digits = constant.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                    ? constant[2..]
                    : constant;
                if (digits.Length == 0 || !digits.All(char.IsAsciiHexDigit))
                {
                    throw new InspectionException(
                        $"The type of '{Field}' is not known here, so it is shown as bytes; "
                            + $"'{constant}' is not hexadecimal.");
                }

                _compare = current => string.Compare(
                    FieldDecoder.Text(current), digits, StringComparison.OrdinalIgnoreCase);
                break;
        }
    }

    public bool Holds(object entryKey, object value)
    {
        object? current = IsKey ? entryKey : value;
        for (int i = 1; i < path.Length; i++)
        {
            current = current switch
            {
                IReadOnlyList<KeyValuePair<string, object>> fields => fields.FirstOrDefault(
                    field => field.Key.Equals(path[i], StringComparison.OrdinalIgnoreCase)).Value,
                StoredBytes stored => stored.Field(path[i]),
                _ => null,
            };
        }

        if (_keys is not null)
        {
            return current is StoredBytes key && _keys.Holds(key, symbol);
        }

        return current is not null && _compare(current) is { } order && symbol switch
        {
            "==" or "=" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => false,
        };
    }

    private bool IsKey => path[0].Equals("key", StringComparison.OrdinalIgnoreCase);

    private static List<string> FieldList(FieldDecoder keys, FieldDecoder values) =>
        [.. FieldDecoder.Paths("key", keys), .. FieldDecoder.Paths("value", values)];

    /// <summary>Parses a whole number: decimal, or hexadecimal after 0x.</summary>
    private static bool TryWhole(string text, out BigInteger number)
    {
        bool isNegative = text.StartsWith('-');
        ReadOnlySpan<char> digits = isNegative ? text.AsSpan(1) : text;
        if (!digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }

        // Without the leading zero, the first digit would be the sign.
        bool isHex = BigInteger.TryParse(
            $"0{digits[2..]}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && digits.Length > 2;
        number = isNegative ? -number : number;
        return isHex;
    }

    private static int CompareTexts(object current, string constant)
    {
        string text = FieldDecoder.Text(current);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double left)
            && double.TryParse(constant, NumberStyles.Float, CultureInfo.InvariantCulture, out double right)
            ? left.CompareTo(right)
            : string.Compare(text, constant, StringComparison.OrdinalIgnoreCase);
    }

    // Exact if both numbers are whole or fit into a decimal, otherwise with the precision of doubles.
    private Func<object, int?> NumberComparer()
    {
        bool isWhole = TryWhole(constant, out BigInteger whole);
        string decimals = isWhole ? whole.ToString(CultureInfo.InvariantCulture) : constant;
        decimal? exact = decimal.TryParse(
            decimals, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal parsed)
            ? parsed
            : null;
        if (!double.TryParse(decimals, NumberStyles.Float, CultureInfo.InvariantCulture, out double near))
        {
            throw new InspectionException(
                $"'{Field}' is a number; '{constant}' is not. (Whole numbers may be hexadecimal, as in 0x7f.)");
        }

        return current =>
        {
            string text = FieldDecoder.Text(current);
            if (exact is { } number
                && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal actual))
            {
                return actual.CompareTo(number);
            }

            return isWhole && TryWhole(text, out BigInteger large) ? large.CompareTo(whole)
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double left)
                    ? left.CompareTo(near)
                    : null;
        };
    }

    // By the numbers of the members, so that < and > mean the same as in the program.
    private Func<object, int?> EnumerationComparer(IReadOnlyDictionary<string, Int128> members)
    {
        Int128 wanted;
        if (members.FirstOrDefault(
            member => member.Key.Equals(constant, StringComparison.OrdinalIgnoreCase)) is { Key: not null } known)
        {
            wanted = known.Value;
        }
        else if (TryWhole(constant, out BigInteger number) && number >= long.MinValue && number <= ulong.MaxValue)
        {
            wanted = (Int128)number;
        }
        else
        {
            throw new InspectionException(
                $"'{constant}' is not a member of the enumeration '{Field}'. Its members are: "
                    + $"{string.Join(", ", members.Keys)}.");
        }

        return current => current switch
        {
            long number => ((Int128)number).CompareTo(wanted),
            ulong number => ((Int128)number).CompareTo(wanted),
            string name when members.TryGetValue(name, out Int128 number) => number.CompareTo(wanted),
            _ => null,
        };
    }
}
