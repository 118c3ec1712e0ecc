namespace FastShardMap.Bench.Reporting;

/// <summary>What a command found, for the terminal and for a file.</summary>
internal interface IReport
{
    void Print(Terminal terminal);

    string ToMarkdown();
}
