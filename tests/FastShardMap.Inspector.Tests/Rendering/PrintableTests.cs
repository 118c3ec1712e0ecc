using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Tests.Rendering;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain 'name' <b> [red] ★ ä 日本", "plain 'name' <b> [red] ★ ä 日本")]
    [InlineData("\u001b[2J", "\\u001b[2J")]
    [InlineData("a\0b\nc\rd\te\u007f", "a\\u0000b\\nc\\rd\\te\\u007f")]
    [InlineData("\u009b1m", "\\u009b1m")]
    [InlineData("\u202egpj.exe\u2066", "\\u202egpj.exe\\u2066")]
    [InlineData("\u2028\u2029\ufeff\u200b", "\\u2028\\u2029\\ufeff\\u200b")]
    [InlineData("\ue000 \U000e0041", "\\ue000 \\U000e0041")]
    [InlineData(null, "")]
    public void Text_WhatActsInsteadOfBeingSeen_BecomesEscapes(string? text, string expected) =>
        Assert.Equal(expected, Printable.Text(text));

    [Fact]
    public void Text_HalfACharacter_IsReplaced() => Assert.Equal("a\ufffdb", Printable.Text("a\ud800b"));

    [Fact]
    public void Text_LongText_IsBounded()
    {
        Assert.Equal(new string('n', Printable.MaxName - 1) + "…", Printable.Name(new string('n', 3_000)));
        Assert.InRange(Printable.Name(new string('\u001b', 3_000)).Length, 1, Printable.MaxName);
        Assert.Equal(new string('n', Printable.MaxName), Printable.Name(new string('n', Printable.MaxName)));

        // Never half of a pair.
        string name = Printable.Name("x" + string.Concat(Enumerable.Repeat("𝄞", 3_000)));
        Assert.Equal(name, Printable.Text(name));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("\t=1", "\\t=1")]
    [InlineData("\r=1", "\\r=1")]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("-5", "-5")]
    [InlineData("-1.5E-07", "-1.5E-07")]
    [InlineData("-00:00:01", "-00:00:01")]
    public void CsvField_AnyText_IsNoFormulaAndNoLineEnd(string text, string expected) =>
        Assert.Equal(expected, CsvText.Field(text));

    [Fact]
    public void CsvField_LongText_IsComplete()
    {
        string text = new('n', 3 * Printable.MaxText);

        Assert.Equal(text, CsvText.Field(text));
        Assert.Equal(text + "\\n", CsvText.Field(text + "\n"));
    }

    [Fact]
    public void Wrap_Words_StayWholeUnlessTheyMustBreak()
    {
        Assert.Equal(
            ["at", "  0x7fc9ad725000", "  in x"],
            Cells.Wrap("at 0x7fc9ad725000 in x".Split(' '), " ", 10, "  ", breakWords: false));
        Assert.Equal(["abcdef", "  ghij", "  k"], Cells.Wrap(["abcdefghijk"], " ", 6, "  ", breakWords: true));
        Assert.Equal(
            ["locks 3 of", "  0x7f00, 5", "  of 0x80"],
            Cells.Wrap(["locks 3 of 0x7f00, 5 of 0x80"], " ", 11, "  ", breakWords: true));
        Assert.Equal(["日本", "語"], Cells.Wrap(["日本語"], " ", 5, "", breakWords: true));
    }

    [Fact]
    public void Cut_WideCharacters_CountTwice()
    {
        Assert.Equal("日…", Cells.Cut("日本語", 4));
        Assert.Equal("…語", Cells.CutStart("日本語", 4));
        Assert.Equal("日本語", Cells.Cut("日本語", 6));
    }
}
