using System.Text;
using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Texts;

/// <summary>
/// Random text keys in one array of characters, so that keeping them costs the garbage collector nothing.
/// </summary>
internal sealed class TextKeys
{
    private const string Ascii = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const string Greek = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψωάέήίόύώΐΰϊϋϗϘϙϚϛ";

    private readonly char[] _characters;
    private readonly int[] _starts;

    private TextKeys(char[] characters, int[] starts)
    {
        _characters = characters;
        _starts = starts;
    }

    public int Count => _starts.Length - 1;

    public ReadOnlySpan<char> this[int index] =>
        _characters.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    /// <summary>Makes keys. Keys of different seeds are different with near certainty.</summary>
    public static TextKeys Create(int count, TextLengths lengths, ulong seed)
    {
        SplitMix random = new(seed);
        string alphabet = lengths.IsAscii ? Ascii : Greek;
        int[] starts = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            starts[i + 1] = checked(
                starts[i] + lengths.Shortest + (int)random.Below((ulong)(lengths.Longest - lengths.Shortest + 1)));
        }

        char[] characters = new char[starts[count]];
        for (int i = 0; i < characters.Length; i++)
        {
            characters[i] = alphabet[(int)(random.Next() & 63)];
        }

        return new TextKeys(characters, starts);
    }

    /// <summary>Copies keys to new strings.</summary>
    public string[] ToStrings(ReadOnlySpan<int> chosen)
    {
        string[] strings = new string[chosen.Length];
        for (int i = 0; i < strings.Length; i++)
        {
            strings[i] = new string(this[chosen[i]]);
        }

        return strings;
    }

    /// <summary>Copies keys to arrays of UTF-8.</summary>
    public byte[][] ToUtf8(ReadOnlySpan<int> chosen)
    {
        byte[][] keys = new byte[chosen.Length][];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = Encoding.UTF8.GetBytes(new string(this[chosen[i]]));
        }

        return keys;
    }
}
