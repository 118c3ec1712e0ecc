namespace FastShardMap.Inspector.Specimen;

/// <summary>A value with fields of every kind the inspector decodes.</summary>
internal struct Trade
{
    public double Price;
    public TradeState State;
    public DateTime At;
    public Venue Venue;
    public bool Live;
}
