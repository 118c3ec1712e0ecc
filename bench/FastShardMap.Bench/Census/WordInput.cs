using System.Runtime.InteropServices;
using System.Text;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Census;

/// <summary>
/// The words of text files, found before anything is timed. A word is a run of letters and digits, and never spans two
/// files.
/// </summary>
internal sealed class WordInput : ICensusInput
{
    /// <summary>A longer run is cut, so that every word is a key of a text map, in any script.</summary>
    public const int MaxWordChars = 10_000;

    private readonly List<string> _texts = [];
    private readonly List<Word> _words = [];

    private WordInput()
    {
    }

    public int Files => _texts.Count;

    public long Bytes { get; private set; }

    public long BytesAvailable { get; private set; }

    public long Items => _words.Count;

    /// <summary>The words, in the order of the texts.</summary>
    public ReadOnlySpan<Word> Words => CollectionsMarshal.AsSpan(_words);

    public string Describe(bool isDefault) =>
        $"{(isDefault ? "XML documents of the installed .NET framework" : "files")}: {Units.Count(Items)} words";

    /// <summary>Returns the characters of a word.</summary>
    public ReadOnlySpan<char> TextOf(Word word) => _texts[word.Text].AsSpan(word.Start, word.Length);

    public static WordInput Read(IReadOnlyList<string> paths, long limitBytes)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        WordInput input = new();
        long left = limitBytes == 0 ? long.MaxValue : limitBytes;
        foreach (string file in paths.Count == 0 ? CensusFiles.FrameworkDocumentation() : CensusFiles.Expand(paths))
        {
            left -= input.ReadFile(file, left);
        }

        return input.Items > 0 ? input : throw new CensusInputException("The input holds no word.");
    }

    private long ReadFile(string file, long limitBytes)
    {
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            BytesAvailable += stream.Length;
            int length = (int)Math.Min(Math.Min(stream.Length, limitBytes), Array.MaxLength);
            if (length == 0)
            {
                return 0;
            }

            byte[] bytes = new byte[length];
            stream.ReadExactly(bytes);
            Bytes += length;
            AddWords(Encoding.UTF8.GetString(bytes));
            return length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CensusInputException($"Cannot read '{file}': {exception.Message}", exception);
        }
    }

    private void AddWords(string text)
    {
        int number = _texts.Count;
        _texts.Add(text);
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isInWord = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (!isInWord || i - start == MaxWordChars)
            {
                if (i > start)
                {
                    _words.Add(new Word(number, start, i - start));
                }

                start = isInWord ? i : i + 1;
            }
        }
    }

    /// <summary>Where a word is.</summary>
    internal readonly record struct Word(int Text, int Start, int Length);
}
