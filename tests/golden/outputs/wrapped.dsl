TimeDistributed(Dense(4))@(5,3) -> Bidirectional(LSTM(2, return_sequences=true)) -> Dense(1)*5
